using System.Text;
using Pwb.Protocol;

namespace Pwb.Security;

/// <summary>
/// Keeps pages of other sites from changing anything on this server. A browser sends a form, a fetch without preflight and a
/// WebSocket's handshake for any page, with the user's rights here; the same-origin policy only hides the response. Browsers name
/// the origin of such a request in fields that no script can set. A request without these fields comes from no page.
/// </summary>
internal sealed class CrossSiteGuard
{
    private const string Any = "*";

    private readonly byte[][] _trusted; // without their scheme's port, as browsers write them

    private CrossSiteGuard(IReadOnlyList<string> trusted)
    {
        _trusted = new byte[trusted.Count][];
        for (int i = 0; i < _trusted.Length; i++)
            _trusted[i] = WithoutPortOfScheme(Encoding.ASCII.GetBytes(trusted[i].ToLowerInvariant())).ToArray();
    }

    /// <summary>The guard of an end point; null if it lets everything through.</summary>
    public static CrossSiteGuard? For(IReadOnlyList<string>? trustedOrigins, bool isLoopback)
    {
        if (trustedOrigins is null) return isLoopback ? new CrossSiteGuard([]) : null;
        foreach (string origin in trustedOrigins)
            if (string.Equals(origin, Any, StringComparison.Ordinal)) return null;
        return new CrossSiteGuard(trustedOrigins);
    }

    /// <summary>
    /// Whether this can stand in <see cref="PwbServerOptions.TrustedOrigins"/>: RFC 6454 §6.2. Not "null", which any page
    /// can make itself.
    /// </summary>
    public static bool IsValid(string? trustedOrigin)
    {
        if (string.IsNullOrEmpty(trustedOrigin) || !Ascii.IsValid(trustedOrigin)) return false;
        if (string.Equals(trustedOrigin, Any, StringComparison.Ordinal)) return true;

        byte[] origin = Encoding.ASCII.GetBytes(trustedOrigin);
        ReadOnlySpan<byte> authority = AuthorityOf(origin);
        return IsScheme(origin.AsSpan(0, origin.Length - authority.Length))
            && Authority.IsValid(authority) && !authority.Contains((byte)'*') && authority[^1] != ':';
    }

    /// <summary>
    /// Whether a request may go on. Requests that change nothing (RFC 9110 §9.2.1) and are not handshakes always may, and none of
    /// their fields is read.
    /// </summary>
    public bool Allows(HttpRequest request)
    {
        RequestHead head = request.Head;
        if (head.KnownMethod is "GET" or "HEAD" or "OPTIONS" && !head.AsksForWebSocket) return true;

        // Fetch Metadata counts if it is there: it also tells schemes apart, and says "none" for addresses that the user typed.
        HttpFields fields = request.Headers;
        bool hasOrigin = fields.TryGetValue("Origin"u8, out ReadOnlySpan<byte> origin);
        bool isFromHere = fields.TryGetValue("Sec-Fetch-Site"u8, out ReadOnlySpan<byte> site)
            ? site.SequenceEqual("same-origin"u8) || site.SequenceEqual("none"u8)
            : !hasOrigin || IsHere(origin, request);
        return isFromHere || (hasOrigin && IsTrusted(origin));
    }

    // The scheme is left out: behind a proxy that ends TLS the page's is https and the request's http.
    private static bool IsHere(ReadOnlySpan<byte> origin, HttpRequest request)
    {
        ReadOnlySpan<byte> here = request.HostBytes;
        if (here.EndsWith(":"u8)) here = here[..^1]; // RFC 3986 §3.2.3: the port may be empty
        ReadOnlySpan<byte> there = AuthorityOf(WithoutPortOfScheme(origin));
        if (there.IsEmpty) return false; // "null", and anything else without a host
        if (Ascii.EqualsIgnoreCase(there, here)) return true;

        bool isSecure = origin.StartsWith("https:"u8) || string.Equals(request.Scheme, "https", StringComparison.Ordinal);
        return Ascii.EqualsIgnoreCase(there, WithoutPort(here, isSecure ? ":443"u8 : ":80"u8));
    }

    private static ReadOnlySpan<byte> AuthorityOf(ReadOnlySpan<byte> origin)
    {
        int end = origin.IndexOf("://"u8);
        return end <= 0 ? default : origin[(end + 3)..];
    }

    // RFC 3986 §3.1
    private static bool IsScheme(ReadOnlySpan<byte> start)
    {
        if (start.Length < 4 || !char.IsAsciiLetter((char)start[0])) return false;
        foreach (byte value in start[..^3])
        {
            if (!char.IsAsciiLetterOrDigit((char)value) && value is not ((byte)'+' or (byte)'-' or (byte)'.')) return false;
        }

        return true;
    }

    private static ReadOnlySpan<byte> WithoutPortOfScheme(ReadOnlySpan<byte> origin)
    {
        if (origin.StartsWith("http://"u8)) return WithoutPort(origin, ":80"u8);
        return origin.StartsWith("https://"u8) ? WithoutPort(origin, ":443"u8) : origin;
    }

    // A colon inside an IPv6 address does not begin a port; a bracket follows it.
    private static ReadOnlySpan<byte> WithoutPort(ReadOnlySpan<byte> authority, ReadOnlySpan<byte> port) =>
        authority.EndsWith(port) ? authority[..^port.Length] : authority;

    private bool IsTrusted(ReadOnlySpan<byte> origin)
    {
        ReadOnlySpan<byte> plain = WithoutPortOfScheme(origin);
        foreach (byte[] trusted in _trusted)
        {
            if (Ascii.EqualsIgnoreCase(plain, trusted)) return true;
        }

        return false;
    }
}
