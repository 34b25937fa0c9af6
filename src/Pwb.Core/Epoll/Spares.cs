namespace Pwb.Epoll;

/// <summary>
/// Threads that wait for a duty. One is kept waiting, so that a seat can be taken without starting a thread. A thread that comes
/// back from a long handler stays if few others wait.
/// </summary>
internal sealed class Spares
{
    private const int MaxKept = 4;

    private readonly Lock _lock = new();
    private readonly Stack<SeatThread> _waiting = new();
    private int _busy;
    private bool _isEnded;

    /// <summary>The number of threads that have a duty, or have not come back from one.</summary>
    public int Busy => Volatile.Read(ref _busy);

    /// <summary>Takes a waiting thread, or starts one. The caller gives it a duty or puts it back.</summary>
    /// <returns>Null if no thread waits and the system gives none.</returns>
    public SeatThread? TryTake()
    {
        SeatThread? thread;
        lock (_lock) _waiting.TryPop(out thread);
        thread ??= TryStartNew();
        if (thread is not null) Interlocked.Increment(ref _busy);
        return thread;
    }

    /// <summary>Takes back a thread that got no duty.</summary>
    public void PutBack(SeatThread thread)
    {
        Interlocked.Decrement(ref _busy);
        if (!TryKeep(thread, int.MaxValue)) thread.End();
    }

    /// <summary>Starts a thread if none waits.</summary>
    public void Fill()
    {
        lock (_lock)
        {
            if (_waiting.Count > 0 || _isEnded) return;
        }

        if (TryStartNew() is { } thread && !TryKeep(thread, MaxKept)) thread.End();
    }

    /// <summary>Ends the waiting threads. The others end when they come back.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isEnded = true;
            while (_waiting.TryPop(out SeatThread? thread)) thread.End();
        }
    }

    private SeatThread? TryStartNew()
    {
        try
        {
            SeatThread thread = new(ComeBack);
            thread.Start();
            return thread;
        }
        catch (OutOfMemoryException)
        {
            return null; // no descriptors or memory; the watcher's next look tries again
        }
    }

    private bool ComeBack(SeatThread thread)
    {
        Interlocked.Decrement(ref _busy);
        return TryKeep(thread, MaxKept);
    }

    private bool TryKeep(SeatThread thread, int most)
    {
        lock (_lock)
        {
            if (_isEnded || _waiting.Count >= most) return false;
            _waiting.Push(thread);
            return true;
        }
    }
}
