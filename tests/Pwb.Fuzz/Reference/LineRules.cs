namespace Pwb.Fuzz.Reference;

/// <summary>What one field line, with those before it, shows to be wrong: always 400, as soon as the line is complete.</summary>
internal static class LineRules
{
    public static void Check(List<ReferenceField> before, ReferenceField field, int minorVersion)
    {
        bool Earlier(string name) => before.Any(other => other.Is(name));

        if (field.Is("Host"))
        {
            Refuse(Earlier("Host"), "R7: two Host lines");
            Refuse(!HostRules.IsValid(field.Value), "R7: not a host");
        }

        Refuse(field.Is("Connection") && !IsTokenList(field.Value), "R14: a member of Connection that is no token");
        Refuse(field.Is("Content-Type") && Earlier("Content-Type"), "R9: two Content-Type lines");
        Refuse(field.Is("Content_Length") || field.Is("Transfer_Encoding"), "R9: a framing field in disguise");

        if (field.Is("Content-Length"))
        {
            Refuse(Earlier("Content-Length"), "R10: two lengths");
            Refuse(Earlier("Transfer-Encoding"), "R11: a length besides a transfer coding");
            Refuse(!IsLength(field.Value), "R10: not a length");
        }

        if (field.Is("Transfer-Encoding"))
        {
            Refuse(Earlier("Content-Length"), "R11: a transfer coding besides a length");
            Refuse(minorVersion == 0, "R11: a transfer coding in HTTP/1.0");
        }
    }

    /// <summary>R12: what no trailer section may hold.</summary>
    public static void CheckTrailer(ReferenceField field)
    {
        string[] forbidden = [
            "Host", "Content-Length", "Transfer-Encoding", "Content_Length", "Transfer_Encoding", "Connection", "Keep-Alive",
            "Proxy-Connection", "TE", "Trailer", "Upgrade", "Expect"];
        Refuse(forbidden.Any(field.Is), "R12: a trailer that would change the message");
    }

    private static bool IsTokenList(string value)
    {
        string[] members = [.. value.Split(',').Select(Characters.TrimOws).Where(member => member.Length > 0)];
        return members.All(Characters.IsToken) && members.Length <= 64;
    }

    private static bool IsLength(string value) =>
        value is "0"
        || (value.Length > 0 && value[0] != '0' && value.All(c => Characters.IsDigit(c))
            && (value.Length < 19 || (value.Length == 19 && string.CompareOrdinal(value, "9223372036854775807") <= 0)));

    private static void Refuse(bool wrong, string reason)
    {
        if (wrong)
            throw new RefusedException(reason, 400);
    }
}
