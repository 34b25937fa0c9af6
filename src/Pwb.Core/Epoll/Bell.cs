namespace Pwb.Epoll;

/// <summary>Wakes the watcher, which goes to sleep while nothing happens. To ring costs nothing while it is awake.</summary>
internal sealed class Bell : IDisposable
{
    private readonly AutoResetEvent _wake = new(initialState: false);
    private volatile bool _isAwaited;

    /// <summary>Wakes the watcher if it sleeps. Whoever calls this has made a full fence after what it is to see.</summary>
    public void Ring()
    {
        if (!_isAwaited) return;
        _isAwaited = false;
        _wake.Set();
    }

    /// <summary>Says that the watcher is about to sleep. It then looks once more, and calls <see cref="Wait"/>.</summary>
    public void Expect()
    {
        _isAwaited = true;
        Interlocked.MemoryBarrier(); // who does not see it yet has done what the watcher is about to look at
    }

    /// <summary>The watcher has seen something after all.</summary>
    public void Forget() => _isAwaited = false;

    /// <summary>Sleeps until the bell rings.</summary>
    public void Wait() => _wake.WaitOne();

    public void Dispose() => _wake.Dispose();
}
