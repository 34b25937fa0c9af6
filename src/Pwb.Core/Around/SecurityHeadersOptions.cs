namespace Pwb;

/// <summary>The fields of <see cref="SecurityHeadersHandler"/>. Null leaves one out.</summary>
/// <example><code>
/// IRequestHandler handler = new SecurityHeadersHandler(
///     inner, new SecurityHeadersOptions { ContentSecurityPolicy = "default-src 'self'" });
/// </code></example>
public sealed class SecurityHeadersOptions
{
    /// <summary>X-Content-Type-Options. Default "nosniff": browsers then trust the Content-Type.</summary>
    public string? ContentTypeOptions { get; init; } = "nosniff";

    /// <summary>Content-Security-Policy. Default "frame-ancestors 'self'": no page of another site shows these in a frame. A
    /// page's own policy is stricter.</summary>
    public string? ContentSecurityPolicy { get; init; } = "frame-ancestors 'self'";

    /// <summary>Referrer-Policy. Default "strict-origin-when-cross-origin": other sites learn the origin, and no path.</summary>
    public string? ReferrerPolicy { get; init; } = "strict-origin-when-cross-origin";

    /// <summary>Cross-Origin-Opener-Policy. Default "same-origin": a window that opened a page, or was opened by it, cannot reach
    /// into it.</summary>
    public string? OpenerPolicy { get; init; } = "same-origin";

    /// <summary>
    /// Strict-Transport-Security, sent over TLS only, such as "max-age=31536000". Default null: a browser that has seen it
    /// uses https for that time, even if the certificate fails.
    /// </summary>
    public string? StrictTransportSecurity { get; init; }
}
