using Pwb.Threads;

namespace Pwb.Epoll;

/// <summary>A thread that does its duty, sitting in a seat or watching, until it loses it, and waits for another then.</summary>
/// <param name="keep">Told of itself when a duty is over. Returns whether it is to wait for another.</param>
#pragma warning disable CA1001 // the thread disposes of it
internal sealed class SeatThread(Func<SeatThread, bool> keep)
{
    private readonly SemaphoreSlim _turn = new(0);
    private Action<WatchedThread>? _duty;

    /// <summary>Starts it. It waits for <see cref="Begin"/> or <see cref="End"/>.</summary>
    /// <exception cref="OutOfMemoryException">The system gives no thread.</exception>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "PWB seat" }.UnsafeStart();

    /// <summary>Gives it a duty, while it waits.</summary>
    public void Begin(Action<WatchedThread> duty)
    {
        _duty = duty;
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
            if (_duty is not { } duty) break;
            _duty = null;
            duty(thread);
        }
        while (keep(this));

        _turn.Dispose();
    }
}
