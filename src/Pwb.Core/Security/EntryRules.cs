using Pwb.Protocol;

namespace Pwb.Security;

/// <summary>
/// What an end point asks of a request before a handler sees it: that it is for this server, and not sent by a page of
/// another site.
/// </summary>
/// <param name="Hosts">The hosts that it may be for; null for any.</param>
/// <param name="Sites">The sites that may send it; null for any.</param>
internal sealed record EntryRules(HostFilter? Hosts, CrossSiteGuard? Sites)
{
    /// <summary>The rules of an end point; for streams, those of one that is not on loopback.</summary>
    public static EntryRules For(IReadOnlyList<string>? allowedHosts, IReadOnlyList<string>? trustedOrigins, bool isLoopback) =>
        new(HostFilter.For(allowedHosts, isLoopback), CrossSiteGuard.For(trustedOrigins, isLoopback));

    /// <summary>
    /// The rules of clients in memory, or of Unix domain sockets: those of loopback, as no network comes closer, but only
    /// where somebody asked for them.
    /// </summary>
    public static EntryRules ForMemory(IReadOnlyList<string>? allowedHosts, IReadOnlyList<string>? trustedOrigins) => new(
        allowedHosts is null ? null : HostFilter.For(allowedHosts, isLoopback: true),
        CrossSiteGuard.For(trustedOrigins, isLoopback: false));

    /// <summary>
    /// Why a request gets no further, if it does not. Decided before anything else of it, and the end of its connection,
    /// since what follows may be for somebody else, or from somebody else, too.
    /// </summary>
    public Rejection Check(HttpRequest request)
    {
        // RFC 9931 §8: a client that takes the tunnel for granted may have sent something behind CONNECT, which is no
        // request of its own.
        if (request.Head.Form == TargetForm.Authority) return Rejection.ConnectNotSupported;

        // RFC 9110 §7.4: an https resource is served over TLS and nowhere else; and what would be served for http is told
        // that it is https.
        if (request.Head.TargetScheme is { } scheme && !string.Equals(scheme, request.Scheme, StringComparison.Ordinal))
            return Rejection.SchemeMismatch;
        if (Hosts is not null && !Hosts.Allows(request.HostBytes)) return Rejection.HostNotAllowed;
        return Sites is null || Sites.Allows(request) ? Rejection.None : Rejection.CrossSite;
    }
}
