namespace Pwb;

/// <summary>Which fields the proxies in front of a server write: see <see cref="ForwardedHandler"/>.</summary>
public enum ForwardedFields
{
    /// <summary>X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host, as most proxies do.</summary>
    XForwarded,

    /// <summary>Forwarded (RFC 7239).</summary>
    Forwarded,
}
