namespace Pwb.Epoll;

/// <summary>
/// Threads that wait for something to do. One is always there, so that taking a seat need not start one; those that come back
/// from a long handler stay as long as there are few.
/// </summary>
internal sealed class Spares
{
    private const int MaxKept = 4;

    private readonly Lock _lock = new();
    private readonly Stack<SeatThread> _waiting = new();
    private int _busy;
    private bool _isEnded;

    /// <summary>How many have something to do, or have not come back from it.</summary>
    public int Busy => Volatile.Read(ref _busy);

    /// <summary>A thread that waits, to be given a duty or put back.</summary>
    /// <returns>Null if nobody is there, and the system gives no thread.</returns>
    public SeatThread? TryTake()
    {
        SeatThread? thread;
        lock (_lock) _waiting.TryPop(out thread);
        thread ??= TryStartNew();
        if (thread is not null) Interlocked.Increment(ref _busy);
        return thread;
    }

    /// <summary>A thread has no duty after all.</summary>
    public void PutBack(SeatThread thread)
    {
        Interlocked.Decrement(ref _busy);
        if (!TryKeep(thread, int.MaxValue)) thread.End();
    }

    /// <summary>Sees to it that somebody waits.</summary>
    public void Fill()
    {
        lock (_lock)
        {
            if (_waiting.Count > 0 || _isEnded) return;
        }

        if (TryStartNew() is { } thread && !TryKeep(thread, MaxKept)) thread.End();
    }

    /// <summary>Ends those who wait, and has nobody wait any more.</summary>
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
            return null; // without descriptors or memory; there is another look
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
