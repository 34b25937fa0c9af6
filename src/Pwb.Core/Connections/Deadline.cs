namespace Pwb.Connections;

/// <summary>What a connection is waiting for.</summary>
internal enum Wait
{
    /// <summary>Nothing that a client could delay.</summary>
    Nothing,
    Handshake,
    FirstByte,
    NextRequest,
    Head,
    Content,
    Drain,
    Response,
    Linger,

    /// <summary>Nothing any more: the wait was given up, and the connection's loop has yet to see it.</summary>
    Expired,
}

/// <summary>
/// What a connection waits for and until when, in one number. The connection's loop and the heartbeat both change it with one
/// interlocked operation, so that a wait either ends or expires, never both.
/// </summary>
internal struct Deadline
{
    private const int WaitBits = 4;
    private const long WaitMask = (1 << WaitBits) - 1;

    private long _state;

    public readonly Wait Current => (Wait)(Volatile.Read(in _state) & WaitMask);

    /// <summary>When the current wait is over; the order of these is the order in which waits began.</summary>
    public readonly long DueAt => Volatile.Read(in _state) >> WaitBits;

    /// <summary>Starts a wait.</summary>
    public void Begin(Wait wait, long dueAt) => Volatile.Write(ref _state, (dueAt << WaitBits) | (long)wait);

    /// <summary>Ends the wait.</summary>
    /// <returns>False if it has expired.</returns>
    public bool End() => (Interlocked.Exchange(ref _state, 0) & WaitMask) != (long)Wait.Expired;

    /// <summary>Gives a wait of that kind another end, unless there is none.</summary>
    public void Extend(Wait wait, long dueAt)
    {
        long state = Volatile.Read(in _state);
        if ((Wait)(state & WaitMask) == wait) Interlocked.CompareExchange(ref _state, (dueAt << WaitBits) | (long)wait, state);
    }

    /// <summary>Gives the wait up if it is overdue.</summary>
    /// <param name="now">The time.</param>
    /// <param name="lastChance">When to say so again, should the loop not end the wait by then.</param>
    /// <returns>What was waited for, or <see cref="Wait.Nothing"/> if nothing was overdue.</returns>
    public Wait Expire(long now, long lastChance)
    {
        long state = Volatile.Read(in _state);
        if ((state & WaitMask) == (long)Wait.Nothing || now < state >> WaitBits) return Wait.Nothing;
        return TryReplace(state, lastChance) ? (Wait)(state & WaitMask) : Wait.Nothing;
    }

    /// <summary>Gives the wait up if it is for a request that has not begun.</summary>
    public bool ExpireIfIdle(long lastChance)
    {
        long state = Volatile.Read(in _state);
        return (Wait)(state & WaitMask) is Wait.Handshake or Wait.FirstByte or Wait.NextRequest && TryReplace(state, lastChance);
    }

    private bool TryReplace(long state, long lastChance) =>
        Interlocked.CompareExchange(ref _state, (lastChance << WaitBits) | (long)Wait.Expired, state) == state;
}
