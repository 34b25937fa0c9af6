using System.Collections.Frozen;

namespace Pwb.Protocol;

/// <summary>
/// The combination of several lines of one field into one value: RFC 9110 §5.3, and the definition of the field.
/// </summary>
internal static class FieldCombination
{
    // Fields of one value, which has no meaning once another is put behind it. Field by field, where that is said: RFC 9110
    // §4.2.4, §6.6, §7.6.2, §8, §10, §11.6.2, §11.7.2, §13.1, §14; RFC 9111 §5.1, §5.3; RFC 6265 §3 (Set-Cookie, whose values
    // hold commas); RFC 6454 §7.3; RFC 6455 §11.3; RFC 6266 §4.1; RFC 6797 §6.1; RFC 7617 (the credentials of Authorization); W3C
    // Trace Context §3.2; Fetch §3.3 (Access-Control-Request-Method).
    private static readonly FrozenSet<string> Single = new[]
    {
        "Access-Control-Allow-Origin", "Access-Control-Request-Method", "Age", "Authorization", "Content-Disposition",
        "Content-Length", "Content-Location",
        "Content-Range", "Content-Type", "Date", "ETag", "Expires", "From", "Host", "If-Modified-Since", "If-Range",
        "If-Unmodified-Since", "Last-Event-ID",
        "Last-Modified", "Location", "Max-Forwards", "Origin", "Proxy-Authorization", "Range", "Referer", "Retry-After",
        "Sec-WebSocket-Accept",
        "Sec-WebSocket-Key", "Server", "Set-Cookie", "Strict-Transport-Security", "traceparent", "Upgrade-Insecure-Requests",
        "User-Agent",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The separator between the values of two lines; null if the lines are not combined, and the first counts.
    /// </summary>
    public static string? SeparatorOf(string name)
    {
        if (name.Equals("Cookie", StringComparison.OrdinalIgnoreCase)) return "; "; // RFC 9113 §8.2.3
        return Single.Contains(name) ? null : ", ";
    }
}
