using Pwb.Threads;

namespace Pwb.Epoll;

/// <summary>A thread with one duty at a time: to sit in a seat, or to watch. Between two duties it waits.</summary>
/// <param name="keep">Called when a duty is over. Returns whether the thread is to wait for another one.</param>
#pragma warning disable CA1001 // the thread itself disposes of the semaphore
internal sealed class SeatThread(Func<SeatThread, bool> keep)
{
    private readonly SemaphoreSlim _turn = new(0);
    private Action<WatchedThread>? _duty;

    /// <summary>Starts the thread, which waits for <see cref="Begin"/> or <see cref="End"/>.</summary>
    /// <exception cref="OutOfMemoryException">The system gives no thread.</exception>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "PWB seat" }.UnsafeStart();

    /// <summary>Gives the waiting thread a duty.</summary>
    public void Begin(Action<WatchedThread> duty)
    {
        _duty = duty;
        _turn.Release();
    }

    /// <summary>Ends the waiting thread.</summary>
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
