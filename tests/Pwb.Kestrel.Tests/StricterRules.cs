using System.Globalization;
using System.Text.RegularExpressions;
using Pwb.Fuzz.Reference;

namespace Pwb.Kestrel.Tests;

/// <summary>
/// Where PWB is stricter than Kestrel's parser, case by case. (Some of these Kestrel refuses too, later and elsewhere: its parser
/// only takes a head apart.) Anything else that Kestrel accepts, PWB must accept.
/// </summary>
internal static class StricterRules
{
    private const int LongestRequestLine = 8192;
    private const int LargestContent = 30_000_000;

    public static readonly IReadOnlyList<StricterRule> All =
    [
        // The request line
        new("a line that ends in a bare LF", "R1", 400, head => Regex.IsMatch(head.Text, "(?<!\r)\n")),
        new("more or less than one space before the version", "R3", 400,
            head => !Regex.IsMatch(head.RequestLine, "^[^ ]+ [^ ]+ HTTP/1[.][01]$")),
        new("a target that is none of the four forms", "R4", 400, head => !IsOfAForm(head)),
        new("a character that no URI has", "R4", 400,
            head => head.Path.Any(c => !IsUriCharacter(c)) || head.Query.Any(c => !IsQueryCharacter(c))),
        new("a broken percent-escape", "R4", 400, head => Regex.IsMatch(head.Path, "%(?![0-9A-Fa-f]{2})")),
        new("an escaped control character in the path", "R4", 400, head => Regex.IsMatch(head.Path, "%([01][0-9A-Fa-f]|7[Ff])")),
        new("a path that leads above the root, or is not UTF-8", "R4a", 400, head => IsOfAForm(head) && !HasNormalPath(head)),
        new("an https target on a connection without TLS", "R4", 421,
            head => head.Method is not "CONNECT" && head.Target.StartsWith("https:", StringComparison.OrdinalIgnoreCase)),
        new("a tunnel", "R14", 405, head => head.Method is "CONNECT"),
        new("a member of Connection that is no token", "R14", 400,
            head => head.Members("Connection").Any(member => member.Length > 0 && !Characters.IsToken(member))),
        new("an absolute-form target with a bad authority", "R4", 400,
            head => AuthorityOf(head.Target) is { } authority && !HostRules.IsValid(authority)),
        new("a method longer than 32 octets", "R6", 400, head => head.Method.Length > 32),
        new("a request line over the limit", "R6", 414, head => head.RequestLine.Length > LongestRequestLine),
        new("a method that is not registered", "R5", 501, head => !RegisteredMethods.Contains(head.Method)),

        // Host
        new("no Host in HTTP/1.1", "R7", 400, head => head.Version is "HTTP/1.1" && head.Values("Host").Length == 0),
        new("two Host lines", "R7", 400, head => head.Values("Host").Length > 1),
        new("a Host that is not one host", "R7", 400, head => head.Values("Host").Any(host => !HostRules.IsValid(host))),

        // Field lines
        new("a field name that is not a token", "R8", 400, head => head.Fields.Any(field => !Characters.IsToken(field.Name))),
        new("a control character in a value", "R8", 400,
            head => head.Fields.Any(field => field.Value.Any(c => !Characters.IsFieldValue(c)))),
        new("two Content-Type lines", "R9", 400, head => head.Values("Content-Type").Length > 1),
        new("a framing field in disguise", "R9", 400,
            head => head.Values("Content_Length").Length + head.Values("Transfer_Encoding").Length > 0),
        new("too many field lines", "R6", 431, head => head.Fields.Count > 100),
        new("a header section over the limit", "R6", 431,
            head => head.Fields.Sum(field => field.Name.Length + field.Value.Length + 4) > 32768),

        // Framing
        new("two lengths, even equal ones", "R10", 400, head => head.Values("Content-Length").Length > 1),
        new("a length that is not plain digits", "R10", 400,
            head => head.Values("Content-Length").Any(value => !Regex.IsMatch(value, "^(0|[1-9][0-9]*)$"))),
        new("a length above 2^63-1", "R10", 400,
            head => head.Values("Content-Length").Any(value => Regex.IsMatch(value, "^[1-9][0-9]*$") && !IsLong(value))),
        new("a length above the limit", "R6", 413,
            head =>
                head.Values("Content-Length").Any(
                    value => IsLong(value) && long.Parse(value, CultureInfo.InvariantCulture) > LargestContent)),
        new("a transfer coding in HTTP/1.0", "R11", 400, head => head.Version is "HTTP/1.0" && head.Codings.Length > 0),
        new("a transfer coding besides a length", "R11", 400,
            head => head.Codings.Length > 0 && head.Values("Content-Length").Length > 0),
        new("an empty member in the list of codings", "R11", 400, head => head.Codings.Contains("")),
        new("codings that do not end in chunked", "R11", 400,
            head => head.Codings.Length > 0 && head.Codings[^1] is not "chunked"),
        new("chunked twice", "R11", 400, head => head.Codings.Count(coding => coding is "chunked") > 1),
        new("chunked with a parameter", "R11", 400, head => head.Codings.Any(coding => Regex.IsMatch(coding, "^chunked[ \t]*;"))),
        new("a coding that is no token", "R11", 400,
            head => head.Codings.Any(coding => !Characters.IsToken(Characters.TrimOws(coding.Split(';')[0])))),
        new("a coding besides chunked", "R11", 501, head => head.Codings.Length > 1 && head.Codings[^1] is "chunked"),
        new("an expectation other than 100-continue", "R16", 417,
            head => head.Version is "HTTP/1.1" && head.Members("Expect").Any(member => member is not ("" or "100-continue"))),

        // Not about the head: the comparison sends heads alone, and these requests the server answers
        // after it has seen their content.
        new("OPTIONS *, and the content does not come", "R13", 400, head =>
            IsForTheServer(head) && head.Values("Expect").Length == 0
                && (head.Codings.Length > 0 || head.Values("Content-Length").Any(IsDrained))),
    ];

    private static bool IsForTheServer(HeadView head) =>
        head.Method is "OPTIONS"
            && Regex.IsMatch(head.Target, "^([*]|https?://[^/?]*)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture);

    private static bool IsOfAForm(HeadView head) => head.Method is "CONNECT"
        ? HostRules.IsValid(head.Target, portRequired: true)
        : head.Target.StartsWith('/') || AuthorityOf(head.Target) is not null || (head.Method is "OPTIONS" && head.Target is "*");

    private static bool HasNormalPath(HeadView head)
    {
        string path = Regex.Replace(head.Path, "^https?://[^/?]*", "", RegexOptions.IgnoreCase);
        if (!path.StartsWith('/') || Regex.IsMatch(path, "%(?![0-9A-Fa-f]{2})"))
            return true;

        try
        {
            PathRules.Normalize(path);
            return true;
        }
        catch (RefusedException)
        {
            return false;
        }
    }

    private static string? AuthorityOf(string target) =>
        Regex.Match(target, "(?<=^https?://)[^/?]*", RegexOptions.IgnoreCase) is { Success: true } match ? match.Value : null;

    // More than this the server does not wait for: it answers and closes.
    private static bool IsDrained(string length) =>
        IsLong(length) && long.Parse(length, CultureInfo.InvariantCulture) is > 0 and <= 256 * 1024;

    private static bool IsLong(string digits) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static bool IsQueryCharacter(char c) => c is > ' ' and < '\x7F' and not ('"' or '#' or '<' or '>');

    private static bool IsUriCharacter(char c) =>
        Characters.IsUnreserved(c) || Characters.IsSubDelim(c) || c is ':' or '/' or '?' or '[' or ']' or '@' or '%';
}
