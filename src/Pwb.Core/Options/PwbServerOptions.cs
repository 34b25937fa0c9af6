using Pwb.Protocol;
using Pwb.Security;
using Pwb.Telemetry;

namespace Pwb;

/// <summary>
/// The end points, limits and other settings of a server. The constructor of <see cref="PwbServer"/> checks them.
/// </summary>
/// <example><code>
/// PwbServerOptions options = new() { EndPoints = ServerEndPoint.Loopback(8080), AccessLogFormat = AccessLogFormat.Json };
/// </code></example>
public sealed record PwbServerOptions
{
    /// <summary>The default port, which is the tutorial's.</summary>
    public const int DefaultPort = 8888;

    private static readonly TimeSpan MaxSpinTime = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// The addresses to listen on. Default: 127.0.0.1 and, if the machine has it, ::1, at port 8888. All end points with port 0
    /// share one free port; those with TLS share another.
    /// </summary>
    /// <example><code>new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(8080) }</code></example>
    public IReadOnlyList<ServerEndPoint> EndPoints
    {
        get => field ??= ServerEndPoint.Loopback(DefaultPort);
        init;
    }

    /// <summary>
    /// Whether the kernel holds a connection back until its first bytes have arrived (TCP_DEFER_ACCEPT on Linux; ignored
    /// elsewhere). Default false. True makes connections that serve one request cheaper. The server then sees a silent client
    /// only after about a second: until then it does not count towards <see cref="PwbServerLimits.MaxConnections"/>, and <see
    /// cref="PwbServerLimits.FirstByteTimeout"/> has not begun.
    /// </summary>
    public bool DeferAccept { get; init; }

    /// <summary>The Server field of responses that set none. Default "PWB1.0", as in the tutorial; null for no field.</summary>
    public string? ServerHeader { get; init; } = "PWB1.0";

    /// <summary>The format of lines in the access log. Default: <see cref="AccessLogFormat.Short"/>.</summary>
    public AccessLogFormat AccessLogFormat { get; init; }

    /// <summary>
    /// The names of query parameters whose values are secret. Logs and spans show REDACTED in their place, in the target and in
    /// Referer. Case matters. Default: the signatures and keys that OpenTelemetry's conventions for <c>url.query</c> list. An
    /// empty list masks nothing.
    /// </summary>
    public IReadOnlyList<string> SecretQueryParameters { get; init; } =
        ["X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "AWSAccessKeyId", "Signature", "sig", "X-Goog-Signature"];

    /// <summary>
    /// The hosts that requests may name: "www.example.org", "*.example.org" for all names below it, or an IP address as in a URL
    /// ("203.0.113.9", "[2001:db8::1]"). Other hosts get 421 (RFC 9110 §15.5.20). "*" allows every host; ports are ignored.
    /// Loopback end points also allow localhost, the names below it, and all IP addresses. Default null: loopback end points
    /// allow only those, other end points allow every host.
    /// The check protects against DNS rebinding: a page in a browser that reaches a server on the same machine by a name that the
    /// page's owner controls. Streams given to <see cref="PwbServer.ServeAsync"/> are checked only if there is a list.
    /// </summary>
    public IReadOnlyList<string>? AllowedHosts { get; init; }

    /// <summary>
    /// The other origins whose pages may send requests that change something, such as "https://app.example" (with a port that is
    /// not the scheme's default). A request of a page of any other origin gets 403 if its method is not GET, HEAD or OPTIONS, or
    /// if it begins a WebSocket. Browsers name the origin in Sec-Fetch-Site or Origin; clients that send neither always pass. "*"
    /// trusts every page. Default null: loopback end points trust no other origin, other end points check nothing. With a list,
    /// even an empty one, all connections are checked, in memory and of <see cref="PwbServer.ServeAsync"/> too.
    /// The check protects a server on the user's own machine: any page in a browser could post to it, because a browser needs no
    /// permission to send.
    /// </summary>
    public IReadOnlyList<string>? TrustedOrigins { get; init; }

    /// <summary>
    /// Whether CONNECT requests reach the handler, which answers with a <see cref="TunnelResponse"/> or refuses. <see
    /// cref="HttpRequest.Host"/> is the host and port that the client wants to reach, <see cref="HttpRequest.Path"/> is "/". <see
    /// cref="AllowedHosts"/> says nothing about them, because they are not hosts of this server: the handler compares them with a
    /// list of its own. <see cref="TrustedOrigins"/> counts as for any method that changes something. A 2xx response that is no
    /// tunnel becomes a 405, as does a CONNECT with content. Default false: a 405, and the connection closes (RFC 9931 §8).
    /// </summary>
    public bool AllowConnect { get; init; }

    /// <summary>
    /// Methods that reach the handler although they are not registered, such as NOTIFY and SUBSCRIBE of UPnP or PURGE of caches.
    /// Tokens of at most 32 characters; case matters. Default: none. Other methods outside the IANA registry get 501 (RFC 9110
    /// §9.1).
    /// </summary>
    public IReadOnlyList<string> AdditionalMethods { get; init; } = [];

    /// <summary>The limits on what one client may use.</summary>
    public PwbServerLimits Limits { get; init; } = PwbServerLimits.Default;

    /// <summary>
    /// Chooses the largest content of a request in bytes; null for <see cref="PwbServerLimits.MaxContentLength"/>. Called before
    /// the handler, for each request that has content. Use it to allow large content on one path only.
    /// </summary>
    public Func<HttpRequest, long?>? MaxContentLengthSelector { get; init; }

    /// <summary>
    /// Whether the server enlarges the process's thread pool when handlers block its threads. Default true. If false, the pool
    /// adds about one thread a second, and other clients wait. Set it to false in a process that calls <see
    /// cref="ThreadPool.SetMinThreads"/> itself.
    /// </summary>
    public bool GrowThreadPool { get; init; } = true;

    /// <summary>
    /// Whether the server calls the handler on the thread pool also if its <see cref="IRequestHandler.NeverBlocks"/> is true.
    /// Default false. Set it to true for a handler whose promise you do not trust: small responses then cost about twice as much,
    /// and a handler that blocks holds up its own request only.
    /// </summary>
    public bool IgnoreNeverBlocks { get; init; }

    /// <summary>
    /// The engine that serves sockets. Default: <see cref="SocketEngine.Default"/>, the runtime's own, unless the environment
    /// variable PWB_SOCKETS is <c>epoll</c>.
    /// </summary>
    public SocketEngine SocketEngine { get; init; }

    /// <summary>
    /// With <see cref="SocketEngine.Epoll"/>: how long a thread that waits for clients stays awake where the last gap between two
    /// events was that short too. Zero to 1 ms; default zero, which is never. A single client that waits for each answer gets it
    /// sooner, and a processor is busy for as long; 100 µs is a good value where that is worth it. A server that is idle or slow
    /// does not do it, and neither does one on a machine with one processor.
    /// </summary>
    public TimeSpan SpinTime { get; init; }

    /// <summary>
    /// The clock of deadlines and of the Date field. Default: the system's. If it throws, the server uses the system's from then
    /// on, and logs an error.
    /// </summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Checks all options and limits, as <see cref="PwbServer"/> does when it is made with them.</summary>
    /// <exception cref="ArgumentException">
    /// An option or a limit is not valid; the message says which and why, <see cref="ArgumentException.ParamName"/> is its name.
    /// </exception>
    public void Validate()
    {
        if (EndPoints.Count == 0) throw NotValid(nameof(EndPoints), "EndPoints holds no end point.");
        foreach (ServerEndPoint? endPoint in EndPoints)
            if (endPoint is null) throw NotValid(nameof(EndPoints), "EndPoints holds no end point.");
        foreach (string host in AllowedHosts ?? [])
            if (!HostFilter.IsValid(host))
                throw NotValid(
                    nameof(AllowedHosts),
                    $"AllowedHosts holds '{host}'; it takes names without a port, such as example.org, *.example.org, "
                        + "xn--fiq228c.example or [2001:db8::1], and *.");
        foreach (string origin in TrustedOrigins ?? [])
            if (!CrossSiteGuard.IsValid(origin))
                throw NotValid(
                    nameof(TrustedOrigins),
                    $"TrustedOrigins holds '{origin}'; it takes origins as browsers write them, such as https://example.org "
                        + "or http://localhost:3000, and *.");
        if (SecretQueryParameters is null) throw NotValid(nameof(SecretQueryParameters), "SecretQueryParameters is null.");
        foreach (string name in SecretQueryParameters)
            if (!QueryMask.IsValid(name))
                throw NotValid(
                    nameof(SecretQueryParameters),
                    $"SecretQueryParameters holds '{name}'; it takes names as they stand in a query, such as access_token.");
        if (AdditionalMethods is null) throw NotValid(nameof(AdditionalMethods), "AdditionalMethods is null.");
        foreach (string method in AdditionalMethods)
            if (!KnownMethods.IsValid(method))
                throw NotValid(
                    nameof(AdditionalMethods),
                    $"AdditionalMethods holds '{method}'; it takes tokens of at most {KnownMethods.MaxLength} characters, such "
                        + "as PURGE.");
        if (AccessLogFormat is < AccessLogFormat.Short or > AccessLogFormat.Json)
            throw NotValid(nameof(AccessLogFormat), $"AccessLogFormat is {(int)AccessLogFormat}, which is none.");
        if (SocketEngine is < SocketEngine.Default or > SocketEngine.Epoll)
            throw NotValid(nameof(SocketEngine), $"SocketEngine is {(int)SocketEngine}, which is none.");
        if (SpinTime < TimeSpan.Zero || SpinTime > MaxSpinTime)
            throw NotValid(
                nameof(SpinTime), $"SpinTime is {SpinTime.TotalMilliseconds} ms; it takes 0 to {MaxSpinTime.TotalMilliseconds}.");
        if (TimeProvider is null) throw NotValid(nameof(TimeProvider), "TimeProvider is null.");
        if (Limits is null) throw NotValid(nameof(Limits), "Limits is null.");
        CheckServerHeader();
        Limits.Validate();
    }

    /// <summary>
    /// The number of threads that wait for events, each for its own connections. Internal, since more than one has not been
    /// measured on a machine with enough processors.
    /// </summary>
    internal int SeatCount { get; init; } = 1;

    /// <summary>A copy of the options, whose lists are arrays that cannot change any more.</summary>
    internal PwbServerOptions Copy() => this with
    {
        EndPoints = CopyOf(EndPoints)!,
        AllowedHosts = CopyOf(AllowedHosts),
        TrustedOrigins = CopyOf(TrustedOrigins),
        AdditionalMethods = CopyOf(AdditionalMethods)!,
        SecretQueryParameters = CopyOf(SecretQueryParameters)!,
    };

    // Without LINQ, which a spread of such a list would load at each start. Null is for Validate to refuse.
    private static T[]? CopyOf<T>(IReadOnlyList<T>? list)
        where T : class
    {
        if (list is null) return null;

        T[] copy = new T[list.Count];
        for (int i = 0; i < copy.Length; i++) copy[i] = list[i];
        return copy;
    }

    private static ArgumentException NotValid(string name, string message) => new(message, name);

    private void CheckServerHeader()
    {
        try
        {
            if (ServerHeader is not null) ResponseHead.CheckField("Server", ServerHeader);
        }
        catch (ArgumentException exception)
        {
            throw NotValid(nameof(ServerHeader), exception.Message);
        }
    }
}
