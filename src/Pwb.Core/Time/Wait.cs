namespace Pwb.Time;

/// <summary>The kinds of waits of a connection.</summary>
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
