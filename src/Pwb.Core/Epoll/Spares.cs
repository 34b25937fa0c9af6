namespace Pwb.Epoll;

/// <summary>
/// Threads that wait for a seat. One is always there, so that taking a seat need not start one; those that come back from a long
/// handler stay as long as there are few.
/// </summary>
/// <param name="ended">Told of a seat that has ended.</param>
internal sealed class Spares(Action<Seat> ended)
{
    private const int MaxKept = 4;
    private const int Crowd = 32;

    private readonly Lock _lock = new();
    private readonly Stack<SeatThread> _waiting = new();
    private int _absent;
    private bool _isEnded;

    /// <summary>Whether so many threads have lost their seats and not come back that there should be no more.</summary>
    public bool IsCrowded => Volatile.Read(ref _absent) >= Crowd;

    /// <summary>Has somebody sit down in a seat that nobody sits in.</summary>
    /// <exception cref="OutOfMemoryException">Nobody is there, and the system gives no thread.</exception>
    public void Seat(Seat seat) => (TryTake() ?? StartNew()).Sit(seat);

    /// <summary>Takes a seat from a thread that is busy for too long, and gives it to another.</summary>
    /// <param name="seat">The seat.</param>
    /// <param name="ticket">What the thread was busy with.</param>
    public void Relieve(Seat seat, long ticket)
    {
        if ((TryTake() ?? TryStartNew()) is not { } thread) return;
        if (seat.TryTake(ticket))
        {
            Interlocked.Increment(ref _absent);
            thread.Sit(seat);
            return;
        }

        lock (_lock)
        {
            if (!_isEnded)
            {
                _waiting.Push(thread);
                return;
            }
        }

        thread.End();
    }

    /// <summary>Sees to it that somebody waits.</summary>
    public void Fill()
    {
        lock (_lock)
        {
            if (_waiting.Count > 0 || _isEnded) return;
        }

        if (TryStartNew() is not { } thread) return;
        lock (_lock)
        {
            if (!_isEnded)
            {
                _waiting.Push(thread);
                return;
            }
        }

        thread.End();
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

    private SeatThread? TryTake()
    {
        lock (_lock) return _waiting.TryPop(out SeatThread? thread) ? thread : null;
    }

    private SeatThread? TryStartNew()
    {
        try
        {
            return StartNew();
        }
        catch (OutOfMemoryException)
        {
            return null; // without descriptors or memory; there is another look
        }
    }

    private SeatThread StartNew()
    {
        SeatThread thread = new(ended, Keep);
        thread.Start();
        return thread;
    }

    private bool Keep(SeatThread thread)
    {
        Interlocked.Decrement(ref _absent);
        lock (_lock)
        {
            if (_isEnded || _waiting.Count >= MaxKept) return false;
            _waiting.Push(thread);
            return true;
        }
    }
}
