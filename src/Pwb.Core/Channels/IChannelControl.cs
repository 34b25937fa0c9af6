namespace Pwb.Channels;

/// <summary>How idle a connection is. The lower, the sooner it makes room for another.</summary>
internal enum Idleness
{
    /// <summary>It waits for a next request, or has waited a while for its first.</summary>
    Idle,

    /// <summary>It waits for its first request, which may be under way.</summary>
    Newcomer,

    /// <summary>It is over, and waits for its client's end.</summary>
    Lingering,

    /// <summary>It is in use, or waits for the rest of a request.</summary>
    Busy,
}

/// <summary>
/// The operations on a channel for threads other than the connection's own loop. None of them waits, takes a lock, or runs user
/// code.
/// </summary>
internal interface IChannelControl
{
    /// <summary>Whether the connection waits for a client that need not do anything.</summary>
    Idleness Idleness { get; }

    /// <summary>
    /// When the present wait began, by <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>. To be read before
    /// <see cref="Idleness"/>: of two waits, the later may then seem to be older, and <see cref="Evict"/> refuses it.
    /// </summary>
    long IdleSince { get; }

    /// <summary>Gives up overdue waits, and looks whether the client is still there. Called by the heartbeat.</summary>
    void Tick();

    /// <summary>
    /// For a stop: closes the connection if no request has begun, unless its client has connected within the last second.
    /// </summary>
    /// <returns>Whether it was closed.</returns>
    bool CloseIfIdle();

    /// <summary>
    /// Closes the connection to make room, if no request is under way. A connection that only waits for the client's end is
    /// closed too.
    /// </summary>
    /// <param name="since">The <see cref="IdleSince"/> that it was chosen for. A connection that was busy since stays.</param>
    /// <returns>Whether it was closed.</returns>
    bool Evict(long since);

    /// <summary>Tells the request that is under way that the server is stopping.</summary>
    void BeginStop();

    /// <summary>Ends the connection at once. A response that is under way will not look complete.</summary>
    void Abort();
}
