namespace Pwb.Fuzz.Reference;

/// <summary>Requests that no handler gets to see: valid ones that the server answers by itself.</summary>
internal static class ServerAnswers
{
    /// <returns>The status of the refusal of a request that is not for this server, whatever it asks;
    /// null for any other.</returns>
    public static int? Refusal(ReferenceHead head)
    {
        if (head.Method is "CONNECT")
            return 405; // R14
        return head.RawTarget.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? 421 : null; // R4: there is no TLS here
    }

    /// <returns>The status, or null for a request that is the handler's.</returns>
    public static int? For(ReferenceHead head)
    {
        if (head.Method is "OPTIONS" && IsAboutTheServer(head.Target))
            return 204; // R5

        return null;
    }

    // RFC 9112 §3.2.4: an absolute-form without path and query is what a proxy would send on as *.
    private static bool IsAboutTheServer(ReferenceTarget target) =>
        target.Path is "*" || (target.Path is "" && target.Query is "");
}
