namespace Pwb.Testing.Answers;

/// <summary>
/// Which requests are meant: <c>[METHOD ][scheme://host[:port]]/path[?query]</c>, with the paths of <see cref="Router"/>.
/// </summary>
internal sealed class RequestPattern
{
    private readonly string _text;
    private readonly string _route;
    private readonly string? _origin;
    private readonly List<(string Name, string Value)> _query = [];

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="ArgumentException">The text is not a pattern; the message says why.</exception>
    public RequestPattern(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        _text = pattern;
        int targetStart = pattern.StartsWith('/') ? 0 : pattern.IndexOf(' ', StringComparison.Ordinal) + 1;
        string method = pattern[..targetStart], target = pattern[targetStart..];
        if (target.StartsWith("http://", StringComparison.Ordinal) || target.StartsWith("https://", StringComparison.Ordinal))
        {
            int slash = target.IndexOf('/', target.IndexOf("://", StringComparison.Ordinal) + 3);
            if (slash < 0) throw new ArgumentException($"The pattern '{pattern}' has a host and no path.", nameof(pattern));
            _origin = new Uri(target[..slash]).GetLeftPart(UriPartial.Authority);
            target = target[slash..];
        }

        int mark = target.IndexOf('?', StringComparison.Ordinal);
        if (mark >= 0)
        {
            HttpRequest example = new("GET", $"/{target[mark..].Replace(" ", "%20", StringComparison.Ordinal)}");
            foreach ((string name, string value) in example.Query) _query.Add((name, value));
            target = target[..mark];
        }

        _route = method + target;
        _ = new Route(_route, static _ => HttpResponse.NotFound()); // throws for an invalid path
    }

    /// <summary>Whether a request is meant.</summary>
    /// <param name="recorded">The request.</param>
    /// <param name="values">The values of the pattern's parameters in the path.</param>
    public bool Matches(RecordedRequest recorded, out RouteValues values)
    {
        values = default;
        if (_origin is not null && !IsFor(_origin, recorded)) return false;
        foreach ((string name, string value) in _query)
        {
            if (!recorded.Query.GetAll(name).Contains(value, StringComparer.Ordinal)) return false;
        }

        // The library's own router decides, so that there is one way to read a pattern.
        RouteValues found = default;
        bool isFound = false;
        Route route = new(
            _route,
            (_, routeValues) =>
            {
                found = routeValues;
                isFound = true;
                return HttpResponse.NotFound();
            });
        _ = new Router([route]).HandleAsync(recorded.Request, CancellationToken.None).AsTask();
        values = found;
        return isFound;
    }

    public override string ToString() => _text;

    private static bool IsFor(string origin, RecordedRequest recorded) =>
        Uri.TryCreate($"{recorded.Scheme}://{recorded.Host}", UriKind.Absolute, out Uri? uri)
            && string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase);
}
