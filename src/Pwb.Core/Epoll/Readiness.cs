namespace Pwb.Epoll;

/// <summary>
/// The known state of one direction of a connection, in one word: maybe ready, not ready, waited for, or closed. An event that
/// comes while nobody waits is remembered. The thread that ends a wait owns the data of that wait.
/// </summary>
internal struct Readiness
{
    private const int Ready = 0, NotReady = 1, Closed = 2, FirstWait = 3;

    private int _state;
    private int _lastWait;

    public readonly bool IsClosed => Volatile.Read(in _state) == Closed;

    public readonly bool IsAwaited => Volatile.Read(in _state) >= FirstWait;

    /// <summary>Begins a try. An event that comes from now on is seen after it.</summary>
    /// <returns>Whether the direction may be ready, so that a try is worthwhile.</returns>
    public bool BeginTry() => Interlocked.CompareExchange(ref _state, NotReady, Ready) == Ready;

    /// <summary>Marks the direction as ready: the try has left something for the next.</summary>
    public void Keep() => Interlocked.CompareExchange(ref _state, Ready, NotReady);

    /// <summary>Begins to wait after a try in vain.</summary>
    /// <param name="wait">The number of the wait.</param>
    /// <returns>False if an event has come, or the end. If true, the wait's data belongs to the thread that ends it.</returns>
    public bool TryWait(out int wait)
    {
        wait = _lastWait = _lastWait == int.MaxValue ? FirstWait : Math.Max(FirstWait, _lastWait + 1);
        return Interlocked.CompareExchange(ref _state, wait, NotReady) == NotReady;
    }

    /// <summary>Takes note of an event.</summary>
    /// <returns>Whether it has ended a wait.</returns>
    public bool Signal()
    {
        while (true)
        {
            int state = Volatile.Read(ref _state);
            if (state is Ready or Closed) return false;
            if (Interlocked.CompareExchange(ref _state, Ready, state) == state) return state >= FirstWait;
        }
    }

    /// <summary>Ends a wait as cancelled.</summary>
    /// <param name="wait">The number of the wait; null for any.</param>
    /// <returns>Whether this has ended it.</returns>
    public bool TryCancel(int? wait)
    {
        int state = Volatile.Read(ref _state);
        return state >= FirstWait && (wait is null || wait == state)
            && Interlocked.CompareExchange(ref _state, Ready, state) == state;
    }

    /// <summary>Closes the direction for good.</summary>
    /// <returns>Whether this has ended a wait.</returns>
    public bool Close() => Interlocked.Exchange(ref _state, Closed) >= FirstWait;
}
