using System.Buffers;
using System.Text;

namespace Pwb.Routing;

/// <summary>Reads the path of a pattern.</summary>
internal static class PatternParser
{
    // A literal is text, not a target. A character that a target would escape, or that would end it, is a mistake.
    private static readonly SearchValues<char> NotInLiterals = SearchValues.Create("{}%?#");

    /// <param name="pattern">The whole pattern, for messages.</param>
    /// <param name="path">Its path, which begins with a slash.</param>
    /// <exception cref="ArgumentException">The text is not a path of a pattern.</exception>
    public static PatternSegment[] Parse(string pattern, string path)
    {
        string[] parts = path[1..].Split('/');
        List<PatternSegment> segments = new(parts.Length);
        for (int i = 0; i < parts.Length; i++)
        {
            bool isLast = i == parts.Length - 1;
            PatternSegment segment = ParseSegment(pattern, parts[i], isLast);
            bool isTwice = segment.Name.Length > 0 && segments.Exists(other => other.Name == segment.Name);
            if (isTwice) throw Wrong(pattern, $"two parameters are called {segment.Name}");
            segments.Add(segment);
        }

        return [.. segments];
    }

    public static ArgumentException Wrong(string pattern, string why) =>
        new($"'{pattern}' is no pattern: {why}.", nameof(pattern));

    private static PatternSegment ParseSegment(string pattern, string text, bool isLast)
    {
        if (text is ['{', .., '}']) return ParseParameter(pattern, text[1..^1], isLast);
        if (text.Length == 0 && !isLast) throw Wrong(pattern, "it has an empty segment");
        if (text is "." or "..") throw Wrong(pattern, "a normal path has no segments . and ..");
        int at = text.AsSpan().IndexOfAny(NotInLiterals);
        if (at >= 0 && text[at] is '{' or '}') throw Wrong(pattern, "a parameter is a whole segment, as in /orders/{id}");
        if (at >= 0) throw Wrong(pattern, $"it holds '{text[at]}'; a literal is text, neither escaped nor with a query");

        bool hasControls = text.AsSpan().ContainsAnyInRange('\0', '\x1F') || text.Contains('\x7F', StringComparison.Ordinal);
        if (hasControls || !IsWellFormed(text))
            throw Wrong(pattern, "it holds a control character or half of a surrogate pair, which no path does");
        return new PatternSegment(SegmentKind.Literal, Encoding.UTF8.GetBytes(text), "");
    }

    private static PatternSegment ParseParameter(string pattern, string text, bool isLast)
    {
        bool isRest = text.EndsWith("...", StringComparison.Ordinal);
        if (isRest && !isLast) throw Wrong(pattern, "a rest parameter comes last");

        string[] parts = (isRest ? text[..^3] : text).Split(':', 2);
        string name = parts[0];
        bool isName = name.Length > 0 && name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');
        if (!isName) throw Wrong(pattern, $"'{name}' is not the name of a parameter: letters, digits and underscores");
        if (isRest && parts.Length > 1) throw Wrong(pattern, "a rest parameter has no type");

        SegmentKind kind = isRest ? SegmentKind.Rest : parts.Length == 1 ? SegmentKind.Text : parts[1] switch
        {
            "int" => SegmentKind.Int32,
            "long" => SegmentKind.Int64,
            "guid" => SegmentKind.Guid,
            _ => throw Wrong(pattern, $"'{parts[1]}' is not the type of a parameter: int, long or guid"),
        };
        return new PatternSegment(kind, [], name);
    }

    private static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out _, out int length) != OperationStatus.Done) return false;
            i += length;
        }

        return true;
    }
}
