namespace Pwb.Fuzz.Reference;

/// <summary>Rule R4: the four forms of a request target.</summary>
internal static class TargetRules
{
    /// <summary>
    /// Splits a target into authority (absolute-form and authority-form), path and query; refuses what is none of the four forms.
    /// </summary>
    public static ReferenceTarget Parse(string method, string target)
    {
        if (method is "CONNECT")
        {
            return HostRules.IsValid(target, portRequired: true)
                ? new ReferenceTarget(target, "", "")
                : throw new RefusedException("CONNECT needs host and port", 400);
        }

        if (target is "*")
        {
            return method is "OPTIONS"
                ? new ReferenceTarget(null, "*", "")
                : throw new RefusedException("* is for OPTIONS only", 400);
        }

        string? authority = null;
        string pathAndQuery = target;
        int scheme = target.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? 7
            : target.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? 8 : 0;
        if (scheme > 0)
        {
            int end = target.IndexOfAny(['/', '?'], scheme);
            end = end < 0 ? target.Length : end;
            authority = target[scheme..end];
            pathAndQuery = target[end..];
            if (!HostRules.IsValid(authority))
                throw new RefusedException("bad authority in the target", 400);
        }
        else if (!target.StartsWith('/'))
        {
            throw new RefusedException("not a request target", 400);
        }

        int question = (pathAndQuery + "?").IndexOf('?', StringComparison.Ordinal);
        string path = pathAndQuery[..question];
        string query = pathAndQuery[question..];
        CheckEscapes(path);
        PathRules.Normalize(path);
        return new ReferenceTarget(authority, path, query);
    }

    /// <summary>
    /// Whether a byte may be in a target: the characters of RFC 3986 §2, without "#"; and in a query whatever the
    /// URL standard leaves as it is.
    /// </summary>
    public static bool IsAllowed(int c, bool isInQuery) => isInQuery
        ? c is >= '!' and <= '~' && c is not ('"' or '#' or '<' or '>')
        : Characters.IsUnreserved(c) || Characters.IsSubDelim(c) || c is ':' or '/' or '?' or '[' or ']' or '@' or '%';

    /// <summary>Refuses what no further byte could make right; <paramref name="start"/> is the start of an origin-form.</summary>
    public static void CheckStart(string start)
    {
        int question = (start + "?").IndexOf('?', StringComparison.Ordinal);
        CheckEscapes(start[..question], mayEndEarly: question == start.Length);
        if (question < start.Length)
            PathRules.Normalize(start[..question]);
        else
            PathRules.CheckStart(start);
    }

    private static void CheckEscapes(string text, bool mayEndEarly = false)
    {
        for (int percent = text.IndexOf('%', StringComparison.Ordinal); percent >= 0; percent = text.IndexOf('%', percent + 1))
        {
            string digits = text[(percent + 1)..Math.Min(percent + 3, text.Length)];
            if (!digits.All(c => Characters.IsHexDigit(c)) || (digits.Length < 2 && !mayEndEarly))
                throw new RefusedException("broken percent-escape", 400);
            if (digits.Length == 2 && Convert.ToInt32(digits, 16) is < 0x20 or 0x7F)
                throw new RefusedException("escaped control character in the path", 400);
        }
    }
}
