namespace Pwb.Fuzz.Reference;

/// <summary>
/// The IANA registry of methods (rule R5), in the registry's order, without PRI, which is registered so that nobody uses it.
/// </summary>
internal static class RegisteredMethods
{
    private static readonly HashSet<string> Names = new(
        ("ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY DELETE GET HEAD LABEL LINK LOCK MERGE MKACTIVITY "
            + "MKCALENDAR MKCOL "
        + "MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PROPFIND PROPPATCH PUT QUERY REBIND REPORT SEARCH TRACE "
        + "UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL").Split(' '),
        StringComparer.Ordinal);

    public static bool Contains(string method) => Names.Contains(method);
}
