using Pwb.Channels;
using Pwb.Telemetry;

namespace Pwb.Server;

/// <summary>
/// Once a second: tells the time, renders the Date field, and lets each connection give up what is overdue. It has a thread of its
/// own, because handlers that block the pool must not stop the deadlines of others; it runs while there is something to watch.
/// </summary>
internal sealed class Heartbeat(CoarseClock clock, ConnectionSet connections, DescriptorReserve reserve, CertificateWatch certificates) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Lock _ticking = new();
    private readonly List<ServerConnection> _snapshot = [];
    private readonly PoolRelief _relief = new();
    private AutoResetEvent? _wake;
    private int _users;

    /// <summary>Starts the thread unless it runs. Each call is to be paired with one of <see cref="Leave"/>.</summary>
    public void Enter()
    {
        lock (_lock)
        {
            if (_wake is null)
            {
                clock.Update();
                AutoResetEvent wake = new(initialState: false);
                new Thread(() => Run(wake)) { IsBackground = true, Name = "PWB heartbeat" }.Start();
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
    public void Tick()
    {
        lock (_ticking)
        {
            clock.Update();
            connections.CopyTo(_snapshot);
            foreach (ServerConnection connection in _snapshot) TickSafely(connection);
            _snapshot.Clear();
        }

        LookSafely();
    }

    // Without descriptors the runtime cannot start threads, and whoever gives the pool work may be told so. The work is queued all the same.
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

    private void LookSafely()
    {
        try
        {
            certificates.Beat();
        }
        catch (OutOfMemoryException)
        {
            // As above: a thread is needed.
        }
    }

    private void Run(AutoResetEvent wake)
    {
        do
        {
            wake.WaitOne(clock.UntilNextSecond());
            reserve.ReleaseIfShort(); // first, because what follows may take a thread
            Tick();
            RelieveSafely();
        }
        while (!TryEnd(wake));
    }

    private void RelieveSafely()
    {
        try
        {
            _relief.Beat();
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
