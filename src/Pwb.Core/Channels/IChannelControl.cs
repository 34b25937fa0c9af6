namespace Pwb.Channels;

/// <summary>
/// The operations on a channel for threads other than the connection's own loop. None of them waits, takes a lock, or runs user
/// code.
/// </summary>
internal interface IChannelControl
{
    /// <summary>
    /// A number that is smaller the longer the connection has been idle; long.MaxValue if it is not idle. Connections without a
    /// request so far come after those with one, and connections that only wait for the client's end come last.
    /// </summary>
    long IdleDueAt { get; }

    /// <summary>
    /// When the present wait began, in milliseconds of the machine's own clock: the order of connections that have been idle for
    /// as long by <see cref="IdleDueAt"/>, which has whole seconds. To be read before it.
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
