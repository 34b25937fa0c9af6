namespace Pwb.Protocol;

/// <summary>
/// The methods of the IANA registry (RFC 9110 §16.1.1), with one string for each so that none is made per request.
/// </summary>
internal static class KnownMethods
{
    /// <summary>The longest registered method has 17 characters.</summary>
    public const int MaxLength = 32;

    // PRI is registered only to reserve it: it opens the HTTP/2 preface (RFC 9113 §3.4). "*" is registered likewise.
    private static readonly string[] Names =
    [
        "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "QUERY",
        "ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "COPY", "LABEL", "LINK", "LOCK", "MERGE", "MKACTIVITY",
        "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE", "ORDERPATCH", "PROPFIND", "PROPPATCH", "REBIND",
        "REPORT", "SEARCH", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL",
    ];

    /// <summary>Whether a request can have this method.</summary>
    public static bool IsValid(string? method) =>
        method is { Length: > 0 and <= MaxLength } && System.Text.Ascii.IsValid(method)
            && Grammar.IsToken(System.Text.Encoding.ASCII.GetBytes(method));

    /// <summary>
    /// The method's name, or null if it is neither registered nor added by the application. Case matters: RFC 9110 §9.1.
    /// </summary>
    public static string? Find(ReadOnlySpan<byte> method, string[] additional)
    {
        if (method.SequenceEqual("GET"u8)) return "GET";

        return FindIn(Names, method) ?? FindIn(additional, method);
    }

    private static string? FindIn(string[] names, ReadOnlySpan<byte> method)
    {
        foreach (string name in names)
        {
            if (System.Text.Ascii.Equals(method, name)) return name;
        }

        return null;
    }
}
