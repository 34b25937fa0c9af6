using Pwb.Protocol;
using Pwb.Security;
using Pwb.Telemetry;

namespace Pwb;

/// <summary>How a server listens and what it says of itself. Checked once, when a server is made with them.</summary>
/// <example><code>
/// PwbServerOptions options = new() { EndPoints = ServerEndPoint.Loopback(8080), AccessLogFormat = AccessLogFormat.Json };
/// </code></example>
public sealed record PwbServerOptions
{
    /// <summary>The port of the tutorial.</summary>
    public const int DefaultPort = 8888;

    /// <summary>
    /// Where to listen. Default: on the machine's own addresses only (127.0.0.1 and, where there is one, ::1), at port 8888. All
    /// end points with port 0 get one free port together, and all with TLS another.
    /// </summary>
    /// <example><code>new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(8080) }</code></example>
    public IReadOnlyList<ServerEndPoint> EndPoints
    {
        get => field ??= ServerEndPoint.Loopback(DefaultPort);
        init;
    }

    /// <summary>
    /// Whether the system shows a connection to the server only when its first bytes are there (Linux's TCP_DEFER_ACCEPT; ignored
    /// elsewhere). Default false. Connections that serve one request each then cost less. In return a client that sends nothing
    /// is not seen for about a second: only then does it count towards <see cref="PwbServerLimits.MaxConnections"/>, and
    /// <see cref="PwbServerLimits.FirstByteTimeout"/> begins.
    /// </summary>
    public bool DeferAccept { get; init; }

    /// <summary>
    /// The value of the Server field of every response that has none of its own; null for no such field. Default "PWB1.0", as in
    /// the tutorial.
    /// </summary>
    public string? ServerHeader { get; init; } = "PWB1.0";

    /// <summary>What a line in the access log looks like. Default: <see cref="AccessLogFormat.Short"/>.</summary>
    public AccessLogFormat AccessLogFormat { get; init; }

    /// <summary>
    /// The parameters of a query whose values are secret: REDACTED takes their place in logs and spans, in the request's target
    /// and in Referer. Case counts. Default: the signatures and keys that OpenTelemetry's conventions for <c>url.query</c> list.
    /// An empty list masks nothing.
    /// </summary>
    public IReadOnlyList<string> SecretQueryParameters { get; init; } =
        ["X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "AWSAccessKeyId", "Signature", "sig", "X-Goog-Signature"];

    /// <summary>
    /// The hosts that requests may be for: names, or "*.example.org" for all names below one. Any other host is answered with 421
    /// (RFC 9110 §15.5.20). An IP address stands here as in a URL, such as "203.0.113.9" or "[2001:db8::1]". On loopback end
    /// points "localhost", the names below it and all IP addresses are allowed too. Ports do not count; "*" allows everything.
    /// Null, the default: on loopback end points nothing more than those, on all others everything. Without such a check, a
    /// page in a browser can reach a server on its own machine by a name that it owns (DNS rebinding). Streams given to
    /// <see cref="PwbServer.ServeAsync"/> are checked only if there is a list.
    /// </summary>
    public IReadOnlyList<string>? AllowedHosts { get; init; }

    /// <summary>
    /// The origins whose pages may do more here than look, besides this server's own: "https://app.example", with a port where it
    /// is not the scheme's. A request of a page of any other origin is answered with 403 if its method is not GET, HEAD or
    /// OPTIONS, or if it begins a WebSocket. Browsers say where a request comes from, in Sec-Fetch-Site or Origin; clients
    /// that send neither are never refused. "*" trusts every page. Null, the default: on loopback end points no other
    /// origin is trusted, on all others nothing is checked. With a list, an empty one too, every connection is checked,
    /// also in memory and of <see cref="PwbServer.ServeAsync"/>. Otherwise any page in a browser could post to a server on
    /// its own machine, since that needs no leave to read the answer.
    /// </summary>
    public IReadOnlyList<string>? TrustedOrigins { get; init; }

    /// <summary>
    /// Methods of the application's own that reach the handler like registered ones, such as NOTIFY and SUBSCRIBE of UPnP or
    /// PURGE of caches: tokens of at most 32 characters, whose case counts. Default: none. A method that is neither here nor in
    /// the IANA registry is answered with 501 (RFC 9110 §9.1).
    /// </summary>
    public IReadOnlyList<string> AdditionalMethods { get; init; } = [];

    /// <summary>What a client may ask of the server.</summary>
    public PwbServerLimits Limits { get; init; } = PwbServerLimits.Default;

    /// <summary>
    /// The largest content, in bytes, that a request may have; null for <see cref="PwbServerLimits.MaxContentLength"/>. Called
    /// for each request that has content, before its handler, so that an upload page can allow more and everything else stays
    /// small.
    /// </summary>
    public Func<HttpRequest, long?>? MaxContentLengthSelector { get; init; }

    /// <summary>
    /// Whether the server lets the process's thread pool grow when handlers block its threads. Default true. Without it the pool
    /// adds about one thread a second, and other clients wait until there are enough. Set it to false in a process that sets
    /// <see cref="ThreadPool.SetMinThreads"/> itself.
    /// </summary>
    public bool GrowThreadPool { get; init; } = true;

    /// <summary>
    /// The clock of deadlines and of the Date field. Default: the system's. If it throws, the system's goes on in its place, with
    /// an error in the log.
    /// </summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Checks all options and limits, as <see cref="PwbServer"/> does when it is made with them.</summary>
    /// <exception cref="ArgumentException">
    /// An option or a limit is not valid; the message says which and why, <see cref="ArgumentException.ParamName"/> is its name.
    /// </exception>
    public void Validate()
    {
        Require(EndPoints.Count > 0 && !EndPoints.Contains(null!), nameof(EndPoints), "EndPoints holds no end point.");
        foreach (string host in AllowedHosts ?? [])
            Require(
                HostFilter.IsValid(host),
                nameof(AllowedHosts),
                $"AllowedHosts holds '{host}'; it takes names without a port, such as example.org, *.example.org, "
                    + "xn--fiq228c.example or [2001:db8::1], and *.");
        foreach (string origin in TrustedOrigins ?? [])
        {
            Require(
                CrossSiteGuard.IsValid(origin),
                nameof(TrustedOrigins),
                $"TrustedOrigins holds '{origin}'; it takes origins as browsers write them, such as https://example.org "
                    + "or http://localhost:3000, and *.");
        }

        Require(SecretQueryParameters is not null, nameof(SecretQueryParameters), "SecretQueryParameters is null.");
        foreach (string name in SecretQueryParameters!)
            Require(
                QueryMask.IsValid(name),
                nameof(SecretQueryParameters),
                $"SecretQueryParameters holds '{name}'; it takes names as they stand in a query, such as access_token.");
        Require(AdditionalMethods is not null, nameof(AdditionalMethods), "AdditionalMethods is null.");
        foreach (string method in AdditionalMethods!)
            Require(
                KnownMethods.IsValid(method),
                nameof(AdditionalMethods),
                $"AdditionalMethods holds '{method}'; it takes tokens of at most {KnownMethods.MaxLength} characters, such as "
                    + "PURGE.");
        Require(
            Enum.IsDefined(AccessLogFormat), nameof(AccessLogFormat), $"AccessLogFormat is {AccessLogFormat}, which is none.");
        Require(TimeProvider is not null, nameof(TimeProvider), "TimeProvider is null.");
        Require(Limits is not null, nameof(Limits), "Limits is null.");
        CheckServerHeader();
        Limits!.Validate();
    }

    /// <summary>The same options, with lists that nobody else can change.</summary>
    internal PwbServerOptions Copy() => this with
    {
        EndPoints = [.. EndPoints],
        AllowedHosts = AllowedHosts is null ? null : [.. AllowedHosts],
        TrustedOrigins = TrustedOrigins is null ? null : [.. TrustedOrigins],
    };

    private static void Require(bool isValid, string name, string message)
    {
        if (!isValid) throw new ArgumentException(message, name);
    }

    private void CheckServerHeader()
    {
        try
        {
            if (ServerHeader is not null) ResponseHead.CheckField("Server", ServerHeader);
        }
        catch (ArgumentException exception)
        {
            Require(isValid: false, nameof(ServerHeader), exception.Message);
        }
    }
}
