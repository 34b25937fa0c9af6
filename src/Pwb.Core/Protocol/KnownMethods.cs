namespace Pwb.Protocol;

/// <summary>The methods of the IANA registry (RFC 9110 §16.1.1), with one string for each so that none is made per request.</summary>
internal static class KnownMethods
{
    // PRI is registered only so that nobody uses it: it opens the HTTP/2 preface (RFC 9113 §3.4). "*" is registered likewise.
    private static readonly string[] Names =
    [
        "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "QUERY",
        "ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "COPY", "LABEL", "LINK", "LOCK", "MERGE", "MKACTIVITY",
        "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE", "ORDERPATCH", "PROPFIND", "PROPPATCH", "REBIND",
        "REPORT", "SEARCH", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL",
    ];

    /// <summary>The method's name, or null if it is not registered. Case matters: RFC 9110 §9.1.</summary>
    public static string? Find(ReadOnlySpan<byte> method)
    {
        if (method.SequenceEqual("GET"u8)) return "GET";

        foreach (string name in Names)
        {
            if (System.Text.Ascii.Equals(method, name)) return name;
        }

        return null;
    }
}
