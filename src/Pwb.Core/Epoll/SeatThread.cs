using Pwb.Threads;

namespace Pwb.Epoll;

/// <summary>A thread that sits in a seat until it is taken, and waits for another then.</summary>
/// <param name="ended">Told of a seat that has ended.</param>
/// <param name="keep">Told of itself when a seat was taken. Returns whether it is to wait for another.</param>
#pragma warning disable CA1001 // the thread disposes of it
internal sealed class SeatThread(Action<Seat> ended, Func<SeatThread, bool> keep)
{
    private readonly SemaphoreSlim _turn = new(0);
    private Seat? _seat;

    /// <summary>Starts it. It waits for <see cref="Sit"/> or <see cref="End"/>.</summary>
    /// <exception cref="OutOfMemoryException">The system gives no thread.</exception>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "PWB seat" }.UnsafeStart();

    /// <summary>Has it sit down.</summary>
    public void Sit(Seat seat)
    {
        _seat = seat;
        _turn.Release();
    }

    /// <summary>Ends it, while it waits.</summary>
    public void End() => _turn.Release();

    private void Run()
    {
        WatchedThread thread = WatchedThread.Begin();
        do
        {
            _turn.Wait();
            if (_seat is not { } seat) break;
            _seat = null;
            if (!seat.Sit(thread)) continue;
            ended(seat);
            break;
        }
        while (keep(this));

        _turn.Dispose();
    }
}
