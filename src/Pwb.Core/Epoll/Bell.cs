namespace Pwb.Epoll;

/// <summary>Wakes the watcher, which sleeps while nothing happens. Ringing is almost free while the watcher is awake.</summary>
internal sealed class Bell : IDisposable
{
    private readonly AutoResetEvent _wake = new(initialState: false);
    private volatile bool _isAwaited;

    /// <summary>Wakes the watcher if it sleeps. The caller has made a full fence after the writes that it is to see.</summary>
    public void Ring()
    {
        if (!_isAwaited) return;
        _isAwaited = false;
        _wake.Set();
    }

    /// <summary>Announces that the watcher is about to sleep. It looks once more before it calls <see cref="Wait"/>.</summary>
    public void Expect()
    {
        _isAwaited = true;
        Interlocked.MemoryBarrier(); // a ringer that reads false here has made its writes before the last look
    }

    /// <summary>Takes <see cref="Expect"/> back: the watcher has seen something and stays awake.</summary>
    public void Forget() => _isAwaited = false;

    /// <summary>Sleeps until the bell rings.</summary>
    public void Wait() => _wake.WaitOne();

    public void Dispose() => _wake.Dispose();
}
