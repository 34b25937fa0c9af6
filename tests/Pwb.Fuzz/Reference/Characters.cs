namespace Pwb.Fuzz.Reference;

/// <summary>Character classes, spelt out as in the RFCs.</summary>
internal static class Characters
{
    private const string TokenMarks = "!#$%&'*+-.^_`|~";
    private const string SubDelims = "!$&'()*+,;=";

    public static bool IsDigit(int c) => c is >= '0' and <= '9';

    public static bool IsAlpha(int c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z');

    public static bool IsHexDigit(int c) => IsDigit(c) || c is (>= 'a' and <= 'f') or (>= 'A' and <= 'F');

    // RFC 9110 §5.6.2
    public static bool IsToken(int c) => IsDigit(c) || IsAlpha(c) || TokenMarks.Contains((char)c, StringComparison.Ordinal);

    public static bool IsToken(string text) => text.Length > 0 && text.All(c => IsToken(c));

    // RFC 9110 §5.5: field-vchar, SP and HTAB
    public static bool IsFieldValue(int c) => c is '\t' or (>= ' ' and <= '~') or >= 0x80;

    // RFC 9110 §5.6.4: qdtext
    public static bool IsQuotedText(int c) => IsFieldValue(c) && c is not ('"' or '\\');

    // RFC 3986 §2.3
    public static bool IsUnreserved(int c) => IsDigit(c) || IsAlpha(c) || c is '-' or '.' or '_' or '~';

    // RFC 3986 §2.2
    public static bool IsSubDelim(int c) => SubDelims.Contains((char)c, StringComparison.Ordinal);

    public static string TrimOws(string text) => text.Trim(' ', '\t');
}
