using System.Buffers;

namespace Pwb.Routing;

/// <summary>
/// Routes whose patterns begin alike, as a tree with a level for each segment. It is built once; then all threads read it. No two
/// patterns cross, so the patterns that match one request are nested. Trying narrow segments first finds the narrowest.
/// </summary>
internal sealed class RouteNode
{
    private const int StackLength = 256;

    private readonly Dictionary<byte[], RouteNode> _literals = new(ByteKeys.Instance);
    private readonly Dictionary<byte[], RouteNode>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly List<(SegmentKind Kind, RouteNode Node)> _parameters = [];
    private readonly List<Route> _ends = [];
    private readonly List<Route> _rests = [];
    private readonly List<Route> _mounts = [];
    private int _longestLiteral = -1;

    public RouteNode() => _lookup = _literals.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Adds a route whose pattern begins as this node says.</summary>
    /// <param name="route">The route.</param>
    /// <param name="depth">The number of its segments that lead here.</param>
    public void Add(Route route, int depth)
    {
        IReadOnlyList<PatternSegment> segments = route.RoutePattern.Segments;
        if (depth == segments.Count)
        {
            _ends.Add(route);
            return;
        }

        PatternSegment segment = segments[depth];
        if (segment.Kind == SegmentKind.Rest) _rests.Add(route);
        else if (segment.Kind == SegmentKind.Mount) _mounts.Add(route);
        else if (segment.Kind == SegmentKind.Literal) LiteralChild(segment.Literal).Add(route, depth + 1);
        else ParameterChild(segment.Kind).Add(route, depth + 1);
    }

    /// <summary>Finds the most specific route for a request. Allocates nothing.</summary>
    /// <param name="path">The rest of the path: nothing, or a slash and more.</param>
    /// <param name="method">The request's method.</param>
    public Route? Find(ReadOnlySpan<byte> path, string method)
    {
        if (path.IsEmpty) return Select(_ends, method) ?? Select(_mounts, method);
        if (path[0] != '/') return null; // the asterisk of OPTIONS *

        ReadOnlySpan<byte> segment = FirstSegment(path, out ReadOnlySpan<byte> rest);
        if (FindLiteral(segment)?.Find(rest, method) is { } literal) return literal;
        foreach ((SegmentKind kind, RouteNode node) in _parameters)
        {
            if (SegmentText.IsTaken(kind, segment) && node.Find(rest, method) is { } route) return route;
        }

        return Select(_rests, method) ?? Select(_mounts, method);
    }

    /// <summary>Adds the methods of all routes whose path matches, each once.</summary>
    public void AddMethods(ReadOnlySpan<byte> path, List<string> methods)
    {
        if (path.IsEmpty)
        {
            AddMethods(_ends, methods);
            return;
        }

        if (path[0] != '/') return;
        ReadOnlySpan<byte> segment = FirstSegment(path, out ReadOnlySpan<byte> rest);
        FindLiteral(segment)?.AddMethods(rest, methods);
        foreach ((SegmentKind kind, RouteNode node) in _parameters)
        {
            if (SegmentText.IsTaken(kind, segment)) node.AddMethods(rest, methods);
        }

        AddMethods(_rests, methods);
    }

    private static ReadOnlySpan<byte> FirstSegment(ReadOnlySpan<byte> path, out ReadOnlySpan<byte> rest)
    {
        int slash = path[1..].IndexOf((byte)'/') + 1;
        rest = slash > 0 ? path[slash..] : [];
        return slash > 0 ? path[1..slash] : path[1..];
    }

    // The patterns differ in their methods only. The method's own route is narrower than GET for HEAD, and that is narrower than
    // a route for any method.
    private static Route? Select(List<Route> routes, string method)
    {
        Route? found = null;
        foreach (Route route in routes)
        {
            string? own = route.RoutePattern.Method;
            if (own == method) return route;
            if (own is null) found ??= route;
            else if (own == "GET" && method == "HEAD") found = route;
        }

        return found;
    }

    private static void AddMethods(List<Route> routes, List<string> methods)
    {
        foreach (Route route in routes)
        {
            if (route.RoutePattern.Method is not { } method || methods.Contains(method)) continue;
            methods.Add(method);
            if (method == "GET" && !methods.Contains("HEAD")) methods.Add("HEAD");
        }
    }

    private RouteNode? FindLiteral(ReadOnlySpan<byte> escaped)
    {
        if (escaped.Length > 3 * _longestLiteral) return null;
        if (!escaped.Contains((byte)'%')) return _lookup.TryGetValue(escaped, out RouteNode? same) ? same : null;

        byte[]? rented = null;
        Span<byte> decoded = escaped.Length <= StackLength
            ? stackalloc byte[StackLength]
            : rented = ArrayPool<byte>.Shared.Rent(escaped.Length);
        int length = SegmentText.Decode(escaped, decoded);
        _lookup.TryGetValue(decoded[..length], out RouteNode? node);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return node;
    }

    private RouteNode LiteralChild(byte[] literal)
    {
        if (_literals.TryGetValue(literal, out RouteNode? node)) return node;
        _longestLiteral = Math.Max(_longestLiteral, literal.Length);
        return _literals[literal] = new RouteNode();
    }

    private RouteNode ParameterChild(SegmentKind kind)
    {
        int at = _parameters.FindIndex(parameter => parameter.Kind >= kind);
        if (at >= 0 && _parameters[at].Kind == kind) return _parameters[at].Node;

        RouteNode node = new();
        _parameters.Insert(at >= 0 ? at : _parameters.Count, (kind, node));
        return node;
    }
}
