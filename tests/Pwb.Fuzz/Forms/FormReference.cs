using System.Text;
using System.Text.RegularExpressions;

namespace Pwb.Fuzz.Forms;

/// <summary>A second, plain reader of forms: it has all of the content, and goes by regular expressions.</summary>
internal static partial class FormReference
{
    /// <summary>The boundary of each form that is tried.</summary>
    public const string Boundary = "b-b";

    private const string Delimiter = "\r\n--" + Boundary;
    private const int MaxLines = 32;

    /// <summary>
    /// What a multipart form is, as <see cref="FormFuzzer"/> shows it: its parts, and the status at which reading ends.
    /// </summary>
    public static string Multipart(byte[] content)
    {
        string text = "\r\n" + Encoding.Latin1.GetString(content);
        StringBuilder shown = new();
        int at = text.IndexOf(Delimiter, StringComparison.Ordinal);
        while (at >= 0)
        {
            at += Delimiter.Length;
            if (End().IsMatch(text, at)) return shown.Append("end").ToString();

            Match start = LineEnd().Match(text, at);
            if (!start.Success) break;
            at += start.Length;
            List<(string Name, string Value)> lines = [];
            Match line;
            for (; (line = Line().Match(text, at)).Success && lines.Count <= MaxLines; at += line.Length)
                lines.Add((line.Groups[1].Value, line.Groups[2].Value));
            if (lines.Count > MaxLines) return shown.Append("413").ToString();
            if (string.CompareOrdinal(text, at, "\r\n", 0, 2) != 0 || Head(lines) is not { } head) break;

            int next = text.IndexOf(Delimiter, at, StringComparison.Ordinal);
            string body = next < 0 ? "" : next == at ? "" : text[(at + 2)..next];
            if (next < 0) break;
            shown.Append(head).Append('=').Append(body).Append('\n');
            at = next;
        }

        return shown.Append("400").ToString();
    }

    /// <summary>What a form of the other kind is.</summary>
    public static string UrlEncoded(byte[] content)
    {
        IEnumerable<string> pairs = Encoding.Latin1.GetString(content).Split('&').Where(pair => pair.Length > 0);
        return string.Concat(
            pairs.Select(pair => pair.Split('=', 2)).Select(
                pair => $"{Decode(pair[0])}={Decode(pair.Length > 1 ? pair[1] : "")}\n")) + "end";
    }

    private static string Decode(string text) =>
        Utf8(Escape().Replace(text.Replace('+', ' '), escape => ((char)Convert.ToByte(escape.Groups[1].Value, 16)).ToString()));

    private static string? Head(List<(string Name, string Value)> lines)
    {
        string[] dispositions = [.. Values("Content-Disposition")], types = [.. Values("Content-Type")];
        if (dispositions.Length != 1 || types.Length > 1) return null;

        Match match = Disposition().Match(dispositions[0]);
        if (!match.Success) return null;
        string? name = null, fileName = null, extended = null;
        for (int i = 0; i < match.Groups["name"].Captures.Count; i++)
        {
            string parameter = match.Groups["name"].Captures[i].Value.ToUpperInvariant(),
                value = match.Groups["value"].Captures[i].Value;
            if (parameter == "NAME" && !Set(ref name, Text(value))) return null;
            if (parameter == "FILENAME" && !Set(ref fileName, Last(Text(value)))) return null;
            if (parameter != "FILENAME*") continue;

            Match star = Extended().Match(value.Trim('"'));
            if (!star.Success) return null;
            string bytes = Escape().Replace(
                star.Groups["text"].Value, escape => ((char)Convert.ToByte(escape.Groups[1].Value, 16)).ToString());
            if (!Set(ref extended, Last(star.Groups["charset"].Length == 5 ? Utf8(bytes) : bytes))) return null;
        }

        string? file = extended ?? fileName;
        return name is null ? null : file is null ? name : $"{name}:{file}";

        IEnumerable<string> Values(string field) => lines.Where(
            line => line.Name.Equals(field, StringComparison.OrdinalIgnoreCase)).Select(line => line.Value.Trim(' ', '\t'));
    }

    private static bool Set(ref string? variable, string value)
    {
        bool isFirst = variable is null;
        variable ??= value;
        return isFirst;
    }

    private static string Text(string value)
    {
        bool isQuoted = value.StartsWith('"');
        string text = isQuoted ? Pair().Replace(value[1..^1], "$1") : value;
        text = Utf8(text).Replace("%22", "\"", StringComparison.Ordinal);
        return Regex.Replace(Regex.Replace(text, "%0D", "\r", RegexOptions.IgnoreCase), "%0A", "\n", RegexOptions.IgnoreCase);
    }

    private static string Last(string path)
    {
        string name = path.Split('/', '\\')[^1];
        return name is "." or ".." ? "" : name;
    }

    private static string Utf8(string bytes) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));

    [GeneratedRegex(@"\G--[ \t]*(\r\n|\z)")]
    private static partial Regex End();

    [GeneratedRegex(@"\G[ \t]*\r\n")]
    private static partial Regex LineEnd();

    [GeneratedRegex(@"\G([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t\x20-\x7E\x80-\xFF]*)\r\n")]
    private static partial Regex Line();

    [GeneratedRegex(
        @"\A[ \t]*form-data(?![^ \t;])[ \t]*(?:(?=[ \t]*;)[ \t;]+(?<name>[!#$%&'*+\-.^_`|~0-9A-Za-z]+)=(?<value>""(?:\\[""\\]|"
            + @"[^""\\]|\\(?![""\\]))*""|[!#$%&'*+\-.^_`|~0-9A-Za-z]+))*(?:[ \t]*;[ \t;]*|[ \t]*)\z",
            RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Disposition();

    [GeneratedRegex(
        @"\A(?<charset>utf-8|iso-8859-1)'[^']*'(?<text>(?:[^%]|%[0-9A-Fa-f]{2})*)\z",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Extended();

    [GeneratedRegex("%([0-9A-Fa-f]{2})")]
    private static partial Regex Escape();

    [GeneratedRegex(@"\\([""\\])")]
    private static partial Regex Pair();
}
