namespace Pwb;

/// <summary>How a server has its sockets served.</summary>
/// <example><code>
/// PwbServerOptions options = new() { SocketEngine = SocketEngine.Epoll };
/// </code></example>
public enum SocketEngine
{
    /// <summary>
    /// What the environment variable PWB_SOCKETS says: <c>runtime</c> or <c>epoll</c>. Without it, <see cref="Runtime"/>.
    /// </summary>
    Default,

    /// <summary>By the sockets of .NET. Handlers run on the thread pool, unless they declare that they never block.</summary>
    Runtime,

    /// <summary>
    /// On Linux, by a thread of the server's own, which waits for events (epoll) and runs what comes, any handler included. A
    /// handler that blocks it loses it: within one to two milliseconds another thread goes on in its place. Handlers that do so
    /// for more than a twentieth of the time run on the thread pool for a while. It is for TCP ports and Unix domain sockets that
    /// the server binds itself; all others, and other systems, have <see cref="Runtime"/>, with a line in the log where there is
    /// no epoll. New, and not the default before it has been measured.
    /// </summary>
    Epoll,
}
