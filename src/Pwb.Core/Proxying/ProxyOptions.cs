using Microsoft.Extensions.Logging;

namespace Pwb;

/// <summary>The options of <see cref="ProxyHandler"/>.</summary>
/// <example><code>
/// ProxyOptions options = new() { ResponseTimeout = TimeSpan.FromMinutes(5), Logger = loggerFactory.CreateLogger("Proxy") };
/// </code></example>
public sealed class ProxyOptions
{
    /// <summary>The greatest wait for a connection to the target; then the client gets 502. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The greatest wait for the head of a response, from the end of the request's content on; then the client gets 504. Default
    /// 60 s, as in nginx. The response's content may take any time.
    /// </summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether the target gets the client's Host; otherwise it gets its own name. Default null: true if the target is on this
    /// machine, where an application compares the host with the origin of its pages, and false elsewhere, where a server finds
    /// its site by the name.
    /// </summary>
    public bool? KeepsHost { get; init; }

    /// <summary>Takes a line at Warning for each request that fails, with the reason. Default: none.</summary>
    public ILogger? Logger { get; init; }
}
