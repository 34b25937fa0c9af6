namespace Pwb;

/// <summary>The engines that can serve a server's sockets.</summary>
/// <example><code>
/// PwbServerOptions options = new() { SocketEngine = SocketEngine.Epoll };
/// </code></example>
public enum SocketEngine
{
    /// <summary>
    /// The engine in the environment variable PWB_SOCKETS: <c>runtime</c> or <c>epoll</c>. Without the variable,
    /// <see cref="Runtime"/>.
    /// </summary>
    Default,

    /// <summary>By the sockets of .NET. Handlers run on the thread pool, unless they declare that they never block.</summary>
    Runtime,

    /// <summary>
    /// A thread of the server's own, on Linux. It waits for events (epoll) and runs all work, including every handler. A handler
    /// that blocks the thread loses it: within one to two milliseconds another thread takes its place. If handlers block for more
    /// than a twentieth of the time, they run on the thread pool for a while. The engine serves TCP ports and Unix domain sockets
    /// that the server binds itself. Other end points and other systems use <see cref="Runtime"/>, with a line in the log where
    /// there is no epoll. It is new, and off by default.
    /// </summary>
    Epoll,
}
