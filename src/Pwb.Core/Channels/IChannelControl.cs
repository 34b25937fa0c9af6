namespace Pwb.Channels;

/// <summary>
/// What threads other than the connection's own loop may do with a channel: nothing here waits, takes a lock, or runs anybody
/// else's code.
/// </summary>
internal interface IChannelControl
{
    /// <summary>
    /// The smaller, the longer the connection has been idle; long.MaxValue if it is not. Connections that never sent a request
    /// come after those that did, and those that only wait for the client's end come last.
    /// </summary>
    long IdleDueAt { get; }

    /// <summary>Gives up whatever is overdue, and looks whether the client is still there. Called by the heartbeat.</summary>
    void Tick();

    /// <summary>
    /// For a stop: closes the connection if no request has begun, unless its client has connected within the last second.
    /// </summary>
    /// <returns>Whether it was closed.</returns>
    bool CloseIfIdle();

    /// <summary>
    /// Closes the connection to make room, if no request is under way: also one that only waits for the client's end.
    /// </summary>
    /// <returns>Whether it was closed.</returns>
    bool Evict();

    /// <summary>Tells the request that is under way that the server is stopping.</summary>
    void BeginStop();

    /// <summary>Ends the connection at once. What the client has received so far will not look complete.</summary>
    void Abort();
}
