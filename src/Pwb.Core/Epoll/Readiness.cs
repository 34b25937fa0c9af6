namespace Pwb.Epoll;

/// <summary>
/// What is known of one direction of a connection, in one word: it may be ready, it is not, somebody waits until it is, or it is
/// closed. An event that comes while nobody waits is remembered. Whoever ends a wait has what was waited with.
/// </summary>
internal struct Readiness
{
    private const int Ready = 0, NotReady = 1, Closed = 2, FirstWait = 3;

    private int _state;
    private int _lastWait;

    public readonly bool IsClosed => Volatile.Read(in _state) == Closed;

    public readonly bool IsAwaited => Volatile.Read(in _state) >= FirstWait;

    /// <summary>Before a try: what comes from now on is seen afterwards.</summary>
    /// <returns>Whether a try is worth it.</returns>
    public bool BeginTry() => Interlocked.CompareExchange(ref _state, NotReady, Ready) == Ready;

    /// <summary>A try has left something for the next.</summary>
    public void Keep() => Interlocked.CompareExchange(ref _state, Ready, NotReady);

    /// <summary>Begins to wait, after a try in vain.</summary>
    /// <param name="wait">The number of the wait.</param>
    /// <returns>False if an event has come, or the end. If true, all is somebody else's from now on.</returns>
    public bool TryWait(out int wait)
    {
        wait = _lastWait = _lastWait == int.MaxValue ? FirstWait : Math.Max(FirstWait, _lastWait + 1);
        return Interlocked.CompareExchange(ref _state, wait, NotReady) == NotReady;
    }

    /// <summary>An event has come.</summary>
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

    /// <summary>Gives a wait up.</summary>
    /// <param name="wait">Which; null for any.</param>
    /// <returns>Whether this has ended it.</returns>
    public bool TryCancel(int? wait)
    {
        int state = Volatile.Read(ref _state);
        return state >= FirstWait && (wait is null || wait == state)
            && Interlocked.CompareExchange(ref _state, Ready, state) == state;
    }

    /// <summary>Closes it for good.</summary>
    /// <returns>Whether this has ended a wait.</returns>
    public bool Close() => Interlocked.Exchange(ref _state, Closed) >= FirstWait;
}
