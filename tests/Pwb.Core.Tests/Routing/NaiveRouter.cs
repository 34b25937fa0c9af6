using System.Globalization;

namespace Pwb.Tests.Routing;

/// <summary>A router that tries every pattern on every request, by strings, and knows nothing of trees.</summary>
internal sealed class NaiveRouter(IReadOnlyList<string> patterns)
{
    /// <returns>The pattern that answers; or 404; or 405 or 204 and the methods, sorted.</returns>
    public string Answer(string method, string escapedPath)
    {
        string[] segments = [.. escapedPath[1..].Split('/').Select(Uri.UnescapeDataString)];
        string[] matching = [.. patterns.Where(pattern => Matches(PathOf(pattern), segments))];
        string[] taking = [.. matching.Where(pattern => Takes(MethodOf(pattern), method))];
        if (taking.Length > 0)
            return taking.MaxBy(
                pattern => Rank(PathOf(pattern)) + (MethodOf(pattern) == method ? "2" : MethodOf(pattern).Length > 0 ? "1" : "0"),
                StringComparer.Ordinal)!;
        if (matching.Length == 0) return "404";

        string[] methods = [
            .. matching.Select(MethodOf).SelectMany(name => name == "GET" ? ["GET", "HEAD"] : (string[])[name]).Append("OPTIONS")
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return $"{(method == "OPTIONS" ? 204 : 405)} {string.Join(", ", methods)}";
    }

    private static string MethodOf(string pattern) => pattern[..pattern.IndexOf('/', StringComparison.Ordinal)].Trim();

    private static string[] PathOf(string pattern) => pattern[(pattern.IndexOf('/', StringComparison.Ordinal) + 1)..].Split('/');

    private static bool Takes(string own, string method) =>
        own.Length == 0 || own == method || (own == "GET" && method == "HEAD");

    private static bool Matches(string[] pattern, string[] segments)
    {
        bool hasRest = pattern[^1].EndsWith("...}", StringComparison.Ordinal);
        if (hasRest ? segments.Length < pattern.Length : segments.Length != pattern.Length) return false;
        return pattern.Zip(segments).All(pair => MatchesOne(pair.First, pair.Second));
    }

    private static bool MatchesOne(string pattern, string segment) => pattern switch
    {
        [.., ':', 'i', 'n', 't', '}'] =>
            int.TryParse(segment, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) && segment[0] != '+',
        [.., '.', '.', '.', '}'] => true,
        ['{', ..] => segment.Length > 0,
        _ => pattern == segment,
    };

    // Narrower is greater, position by position: the patterns that match one request are nested, so nothing
    // else has to be known of them.
    private static string Rank(string[] pattern) => string.Concat(pattern.Select(segment => segment switch
    {
        [.., '.', '.', '.', '}'] => "0",
        [.., ':', 'i', 'n', 't', '}'] => "2",
        ['{', ..] => "1",
        _ => "3",
    })).PadRight(8, '9');
}
