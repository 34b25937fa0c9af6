using System.Diagnostics;
using Pwb.Certificates;
using Pwb.Platform;
using Pwb.Telemetry;
using Pwb.Threads;
using Pwb.Time;

namespace Pwb.Server;

/// <summary>
/// Once a second: tells the time, renders the Date field, and lets each connection give up what is overdue. It has a thread of
/// its own, because handlers that block the pool must not stop the deadlines of others; it runs while there is something to
/// watch.
/// </summary>
/// <param name="clock">The clock that beats set.</param>
/// <param name="connections">The connections to watch.</param>
/// <param name="reserve">The descriptors that connections must not take.</param>
/// <param name="certificates">Looks whether certificates have changed.</param>
/// <param name="relief">Helps the thread pool when handlers block it; null to leave the pool alone.</param>
internal sealed class Heartbeat(
    CoarseClock clock,
    ConnectionSet connections,
    DescriptorReserve reserve,
    CertificateWatch certificates,
    PoolRelief? relief) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Lock _ticking = new();
    private readonly List<ServerConnection> _snapshot = [];
    private AutoResetEvent? _wake;
    private Supervisor? _supervisor;
    private int _users;

    /// <summary>Gets a sign of life with beats; null for nobody.</summary>
    public Supervisor? Supervisor
    {
        get => Volatile.Read(ref _supervisor);
        set => Volatile.Write(ref _supervisor, value);
    }

    /// <summary>Starts the thread unless it runs. Each call is to be paired with one of <see cref="Leave"/>.</summary>
    /// <exception cref="OutOfMemoryException">The system gives no thread.</exception>
    public void Enter()
    {
        lock (_lock)
        {
            if (_wake is null)
            {
                clock.Update();
                AutoResetEvent wake = new(initialState: false);
                new Thread(() => Run(wake)) { IsBackground = true, Name = "PWB heartbeat" }.UnsafeStart();
                _wake = wake;
                Instruments.Add(connections);
            }

            _users++;
        }
    }

    /// <summary>One user less. With none, the thread ends at its next beat, unless another comes before.</summary>
    public void Leave()
    {
        lock (_lock) _users--;
    }

    /// <summary>Ends the thread now, if there are no users.</summary>
    public void Dispose()
    {
        lock (_lock) _wake?.Set();
    }

    /// <summary>One beat.</summary>
    /// <param name="stoodStill">
    /// How many milliseconds the process stood still before it. No deadline comes nearer by that time.
    /// </param>
    public void Tick(long stoodStill = 0)
    {
        lock (_ticking)
        {
            clock.Update(stoodStill);
            connections.CopyTo(_snapshot);
            foreach (ServerConnection connection in _snapshot) TickSafely(connection);
            _snapshot.Clear();
        }

        LookSafely();
    }

    // Without descriptors the runtime cannot start threads, and whoever gives the pool work may be told so. The work is queued
    // all the same.
    private static void TickSafely(ServerConnection connection)
    {
        try
        {
            connection.Control.Tick();
        }
        catch (OutOfMemoryException)
        {
            // The next beat is another chance.
        }
    }

    // The machine's own clock: how often the heart beats is nobody else's to say.
    private static long Now() => (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds;

    private void Run(AutoResetEvent wake)
    {
        Pace pace = new();
        int wait = pace.Beat(Now(), clock.UntilNextSecond());
        do
        {
            wake.WaitOne(wait);
            long now = Now();
            reserve.ReleaseIfShort(); // first, because what follows may take a thread
            Tick(pace.StoodStill(now));
            RelieveSafely();
            Supervisor?.Beat(now); // last: what comes before has not hung
            wait = pace.Beat(now, clock.UntilNextSecond());
        }
        while (!TryEnd(wake));

        relief?.End();
    }

    private void LookSafely()
    {
        try
        {
            certificates.Beat();
        }
        catch (OutOfMemoryException)
        {
            // As above.
        }
    }

    private void RelieveSafely()
    {
        try
        {
            relief?.Beat();
        }
        catch (OutOfMemoryException)
        {
            // As above.
        }
    }

    private bool TryEnd(AutoResetEvent wake)
    {
        lock (_lock)
        {
            if (_users > 0) return false;
            _wake = null;
            wake.Dispose();
            Instruments.Remove(connections);
            return true;
        }
    }
}
