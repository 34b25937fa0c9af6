using System.Diagnostics;
using Pwb.Certificates;
using Pwb.Platform;
using Pwb.Telemetry;
using Pwb.Threads;
using Pwb.Time;

namespace Pwb.Server;

/// <summary>
/// Beats once a second: sets the clock, renders the Date field, and has each connection give up overdue waits. It has its own
/// thread, because handlers that block the pool must not stop the deadlines of others. The thread runs while there is something
/// to watch.
/// </summary>
/// <param name="clock">The clock that beats set.</param>
/// <param name="connections">The connections to watch.</param>
/// <param name="reserve">The descriptors that connections must not take.</param>
/// <param name="certificates">Checks whether certificates have changed.</param>
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

    /// <summary>The supervisor that gets a sign of life with beats, or null.</summary>
    public Supervisor? Supervisor
    {
        get => Volatile.Read(ref _supervisor);
        set => Volatile.Write(ref _supervisor, value);
    }

    /// <summary>Starts the thread unless it runs. Each call is paired with one of <see cref="Leave"/>.</summary>
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

    /// <summary>Removes a user. Without users, the thread ends at its next beat, unless a new one comes before.</summary>
    public void Leave()
    {
        lock (_lock) _users--;
    }

    /// <summary>Ends the thread now, if there are no users.</summary>
    public void Dispose()
    {
        lock (_lock) _wake?.Set();
    }

    /// <summary>Beats once.</summary>
    /// <param name="stoodStill">
    /// The milliseconds that the process stood still before the beat. They bring no deadline nearer.
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

    // Without descriptors the runtime cannot start threads, and queueing work to the pool may throw. The work is queued all the
    // same.
    private static void TickSafely(ServerConnection connection)
    {
        try
        {
            connection.Control.Tick();
        }
        catch (OutOfMemoryException)
        {
            // The next beat tries again.
        }
    }

    // The machine's own clock: no user's clock decides how often the heart beats.
    private static long Now() => (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds;

    private void Run(AutoResetEvent wake)
    {
        Pace pace = new();
        int wait = pace.Beat(Now(), clock.UntilNextSecond());
        do
        {
            wake.WaitOne(wait);
            long now = Now();
            reserve.ReleaseIfShort(); // first, because the next steps may take a thread
            Tick(pace.StoodStill(now));
            RelieveSafely();
            Supervisor?.Beat(now); // last: everything before has not hung
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
