using Pwb.Protocol;

namespace Pwb.Security;

/// <summary>
/// The rules of an end point for requests, checked before the handler: the host has to be allowed, and no page of another site
/// may send the request.
/// </summary>
/// <param name="Hosts">The hosts that it may be for; null for any.</param>
/// <param name="Sites">The sites that may send it; null for any.</param>
internal sealed record EntryRules(HostFilter? Hosts, CrossSiteGuard? Sites)
{
    /// <summary>Whether CONNECT reaches the handler.</summary>
    public bool AllowConnect { get; init; }

    /// <summary>The rules of an end point. Streams have those of an end point off loopback.</summary>
    public static EntryRules For(IReadOnlyList<string>? allowedHosts, IReadOnlyList<string>? trustedOrigins, bool isLoopback) =>
        new(HostFilter.For(allowedHosts, isLoopback), CrossSiteGuard.For(trustedOrigins, isLoopback));

    /// <summary>
    /// The rules of clients in memory, of Unix domain sockets and of pipes: those of loopback, but only where the options set a
    /// list.
    /// </summary>
    public static EntryRules ForMemory(IReadOnlyList<string>? allowedHosts, IReadOnlyList<string>? trustedOrigins) => new(
        allowedHosts is null ? null : HostFilter.For(allowedHosts, isLoopback: true),
        CrossSiteGuard.For(trustedOrigins, isLoopback: false));

    /// <summary>
    /// The reason to refuse a request, or None. Checked before anything else. The connection ends then, since later requests on
    /// it may have the same fault.
    /// </summary>
    public Rejection Check(HttpRequest request)
    {
        // RFC 9931 §8: a client that takes the tunnel for granted may have sent bytes behind CONNECT, and they are no request.
        // It names the tunnel's other end, and not a host of this server; no page in a browser can send it.
        bool isConnect = request.Head.Form == TargetForm.Authority;
        // With content it would be framed in two ways: RFC 9110 §9.3.6 knows none.
        if (isConnect && (!AllowConnect || request.Head.HasContent)) return Rejection.ConnectNotSupported;

        // RFC 9110 §7.4: an https resource is served over TLS and nowhere else; and what would be served for http is told
        // that it is https.
        if (request.Head.TargetScheme is { } scheme && !string.Equals(scheme, request.Scheme, StringComparison.Ordinal))
            return Rejection.SchemeMismatch;
        if (Hosts is not null && !isConnect && !Hosts.Allows(request.HostBytes)) return Rejection.HostNotAllowed;
        return Sites is null || Sites.Allows(request) ? Rejection.None : Rejection.CrossSite;
    }
}
