using Pwb.Protocol;

namespace Pwb.Routing;

/// <summary>A pattern, such as <c>GET /orders/{id:int}</c>: a method or none, and the segments of a path.</summary>
internal sealed class RoutePattern
{
    private RoutePattern(string? method, string path, PatternSegment[] segments, bool isMount)
    {
        Method = method;
        Path = path;
        Segments = segments;
        IsMount = isMount;
        Template = isMount ? path + "/{path...}" : path;
    }

    /// <summary>The method; null for any.</summary>
    public string? Method { get; }

    /// <summary>The path as it is written in the pattern. A mount has that of its prefix.</summary>
    public string Path { get; }

    public IReadOnlyList<PatternSegment> Segments { get; }

    public bool IsMount { get; }

    /// <summary>The path as measurements call it.</summary>
    public string Template { get; }

    /// <exception cref="ArgumentException">The text is not a pattern.</exception>
    public static RoutePattern Parse(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        int slash = pattern.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) throw PatternParser.Wrong(pattern, "it has no path, which begins with a slash");

        string? method = slash == 0 ? null : ParseMethod(pattern, pattern[..slash]);
        string path = pattern[slash..];
        return new RoutePattern(method, path, PatternParser.Parse(pattern, path), isMount: false);
    }

    /// <summary>The pattern of everything at and below a path.</summary>
    /// <exception cref="ArgumentException">The text is not such a path.</exception>
    public static RoutePattern ParseMount(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix is not ['/', _, ..] || prefix[^1] == '/')
            throw PatternParser.Wrong(prefix, "a prefix begins with a slash and ends without one, as in /api");

        PatternSegment[] segments = PatternParser.Parse(prefix, prefix);
        if (segments[^1].IsRest) throw PatternParser.Wrong(prefix, "a prefix has no rest parameter");
        return new RoutePattern(null, prefix, [.. segments, new PatternSegment(SegmentKind.Mount, [], "")], isMount: true);
    }

    /// <summary>The same pattern behind a prefix.</summary>
    public RoutePattern Below(string prefix)
    {
        string path = prefix + Path;
        return IsMount ? ParseMount(path) : new RoutePattern(Method, path, PatternParser.Parse(path, path), isMount: false);
    }

    public Relation RelationTo(RoutePattern other) => MethodRelation(other).And(PathRelation(other));

    /// <summary>The position of a parameter among the segments, or -1.</summary>
    public int Find(string name)
    {
        for (int i = 0; i < Segments.Count; i++)
        {
            if (Segments[i].Name.Length > 0 && Segments[i].Name == name) return i;
        }

        return -1;
    }

    public override string ToString() => Method is null ? Template : $"{Method} {Template}";

    private static string ParseMethod(string pattern, string text)
    {
        string method = text.TrimEnd(' ');
        if (method.Length == text.Length)
            throw PatternParser.Wrong(pattern, "between a method and a path there is a blank, and a path begins with a slash");
        if (!KnownMethods.IsValid(method)) throw PatternParser.Wrong(pattern, "what stands before the path is not a method");

        // Case matters (RFC 9110 §9.1), so this would never match.
        string upper = method.ToUpperInvariant();
        bool isMisspelled = upper != method && KnownMethods.Find(System.Text.Encoding.ASCII.GetBytes(upper), []) is not null;
        return isMisspelled ? throw PatternParser.Wrong(pattern, $"the method is {upper}, in capital letters") : method;
    }

    // GET answers HEAD as well: RFC 9110 §9.3.2.
    private Relation MethodRelation(RoutePattern other)
    {
        if (Method == other.Method) return Relation.Same;
        if (Method is null || (Method, other.Method) is ("GET", "HEAD")) return Relation.Wider;
        return other.Method is null || (Method, other.Method) is ("HEAD", "GET") ? Relation.Narrower : Relation.Disjoint;
    }

    private Relation PathRelation(RoutePattern other)
    {
        Relation relation = Relation.Same;
        for (int i = 0; ; i++)
        {
            PatternSegment? mine = i < Segments.Count ? Segments[i] : null;
            PatternSegment? others = i < other.Segments.Count ? other.Segments[i] : null;
            if (mine is null && others is null) return relation;

            // A rest matches whatever the other has left; only a mount matches nothing at all as well.
            if (mine is { IsRest: true } && others?.Kind == mine.Kind) return relation;
            if (mine?.Kind == SegmentKind.Mount) return relation.And(Relation.Wider);
            if (others?.Kind == SegmentKind.Mount) return relation.And(Relation.Narrower);
            if (mine is { IsRest: true } && others is not null) return relation.And(Relation.Wider);
            if (others is { IsRest: true } && mine is not null) return relation.And(Relation.Narrower);
            if (mine is null || others is null) return Relation.Disjoint;

            relation = relation.And(mine.RelationTo(others));
            if (relation == Relation.Disjoint) return relation;
        }
    }
}
