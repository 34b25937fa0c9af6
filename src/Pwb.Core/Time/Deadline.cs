namespace Pwb.Time;

/// <summary>
/// A wait of a connection and its end, in one number (with a bit for a wait that was given more time). The connection's loop and
/// the heartbeat both change it with one interlocked operation, so that a wait either ends or expires, never both.
/// </summary>
internal struct Deadline
{
    private const int WaitBits = 4;
    private const long WaitMask = (1 << WaitBits) - 1;

    private const long ForgivenBit = 1L << WaitBits;
    private const int TimeShift = WaitBits + 1;

    private long _state;

    public readonly Wait Current => (Wait)(Volatile.Read(in _state) & WaitMask);

    /// <summary>The current wait, and when it is over.</summary>
    public readonly (Wait Wait, long DueAt) Read()
    {
        long state = Volatile.Read(in _state); // once: read by halves, it could be of two waits
        return ((Wait)(state & WaitMask), state >> TimeShift);
    }

    /// <summary>Whether a wait for bytes that a client sends is overdue, and was not given more time before.</summary>
    public readonly bool IsForgivable(long now) => IsForgivable(Volatile.Read(in _state), now);

    /// <summary>Starts a wait.</summary>
    public void Begin(Wait wait, long dueAt) => Volatile.Write(ref _state, (dueAt << TimeShift) | (long)wait);

    /// <summary>Ends the wait.</summary>
    /// <returns>False if it has expired.</returns>
    public bool End() => (Interlocked.Exchange(ref _state, 0) & WaitMask) != (long)Wait.Expired;

    /// <summary>Gives a wait of that kind another end, unless it has no end.</summary>
    public void Extend(Wait wait, long dueAt)
    {
        long state = Volatile.Read(in _state);
        if ((Wait)(state & WaitMask) == wait) Interlocked.CompareExchange(ref _state, (dueAt << TimeShift) | (long)wait, state);
    }

    /// <summary>Gives the wait up if it is overdue.</summary>
    /// <param name="now">The time.</param>
    /// <param name="lastChance">When to say so again, should the loop not end the wait by then.</param>
    /// <returns>The expired wait, or <see cref="Wait.Nothing"/> if nothing was overdue.</returns>
    public Wait Expire(long now, long lastChance)
    {
        long state = Volatile.Read(in _state);
        if ((state & WaitMask) == (long)Wait.Nothing || now < state >> TimeShift) return Wait.Nothing;
        return TryReplace(state, lastChance) ? (Wait)(state & WaitMask) : Wait.Nothing;
    }

    /// <summary>Gives the wait up if it is for a request that has not begun.</summary>
    public bool ExpireIfIdle(long lastChance)
    {
        long state = Volatile.Read(in _state);
        return (Wait)(state & WaitMask) is Wait.Handshake or Wait.FirstByte or Wait.NextRequest && TryReplace(state, lastChance);
    }

    /// <summary>Gives the wait up if it is for the client to end a connection that is over.</summary>
    public bool ExpireIfLingering(long lastChance)
    {
        long state = Volatile.Read(in _state);
        return (Wait)(state & WaitMask) is Wait.Linger && TryReplace(state, lastChance);
    }

    /// <summary>Gives an overdue wait more time, once: the bytes have arrived, but the loop has not read them yet.</summary>
    public bool TryForgive(long now, long dueAt)
    {
        long state = Volatile.Read(in _state);
        return IsForgivable(state, now)
            && Interlocked.CompareExchange(ref _state, (dueAt << TimeShift) | ForgivenBit | (state & WaitMask), state) == state;
    }

    private static bool IsForgivable(long state, long now) =>
        (Wait)(state & WaitMask)
            is Wait.Handshake or Wait.FirstByte or Wait.NextRequest or Wait.Head or Wait.Content or Wait.Drain
        && state >> TimeShift <= now
        && (state & ForgivenBit) == 0;

    private bool TryReplace(long state, long lastChance) =>
        Interlocked.CompareExchange(ref _state, (lastChance << TimeShift) | (long)Wait.Expired, state) == state;
}
