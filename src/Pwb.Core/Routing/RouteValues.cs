using Pwb.Protocol;
using Pwb.Routing;

namespace Pwb;

/// <summary>
/// The values of a request's path for the parameters of its route's pattern: <c>route["id"]</c>. Each access looks the value up
/// in the request, so unused values cost nothing.
/// </summary>
/// <example><code>
/// Route file = new("GET /files/{path...}", (request, route) =&gt; HttpResponse.Text(route["path"]));
/// </code></example>
public readonly struct RouteValues
{
    private readonly HttpRequest _request;
    private readonly RoutePattern _pattern;

    internal RouteValues(HttpRequest request, RoutePattern pattern)
    {
        _request = request;
        _pattern = pattern;
    }

    /// <summary>
    /// The path of the pattern as it was written, such as <c>/orders/{id:int}</c>: what measurements call <c>http.route</c>.
    /// </summary>
    public string Template => _pattern.Template;

    /// <summary>
    /// The value of a parameter, with its percent-escapes decoded once, as UTF-8. An escaped slash becomes a slash, since it is
    /// one within the segment; in the value of a rest parameter it stays <c>%2F</c>, as in <see cref="HttpRequest.Path"/>, so
    /// that it separates nothing. Makes a string each time.
    /// </summary>
    /// <exception cref="ArgumentException">The pattern does not have the parameter.</exception>
    public string this[string name]
    {
        get
        {
            int index = IndexOf(name);
            bool isRest = _pattern.Segments[index].Kind == SegmentKind.Rest;
            return isRest ? TargetPath.Decode(GetRaw(index)) : SegmentText.ToText(GetRaw(index));
        }
    }

    /// <summary>
    /// The value of a parameter as it was sent, percent-escapes and all. Makes no string. Valid as long as the request.
    /// </summary>
    /// <exception cref="ArgumentException">The pattern does not have the parameter.</exception>
    public ReadOnlySpan<byte> GetRaw(string name) => GetRaw(IndexOf(name));

    /// <summary>The value of a parameter that is declared as a number, such as <c>{id:int}</c>.</summary>
    /// <exception cref="ArgumentException">
    /// The pattern does not have the parameter, or declares it without <c>:int</c>.
    /// </exception>
    public int GetInt32(string name)
    {
        SegmentText.TryGetInt64(GetRaw(IndexOf(name, SegmentKind.Int32, SegmentKind.Int32, "int")), out long number);
        return (int)number;
    }

    /// <summary>The value of a parameter that is declared as a number, such as <c>{id:long}</c>.</summary>
    /// <exception cref="ArgumentException">
    /// The pattern does not have the parameter, or declares it with neither <c>:long</c> nor <c>:int</c>.
    /// </exception>
    public long GetInt64(string name)
    {
        SegmentText.TryGetInt64(GetRaw(IndexOf(name, SegmentKind.Int64, SegmentKind.Int32, "long")), out long number);
        return number;
    }

    /// <summary>The value of a parameter that is declared as a UUID, such as <c>{id:guid}</c>.</summary>
    /// <exception cref="ArgumentException">
    /// The pattern does not have the parameter, or declares it without <c>:guid</c>.
    /// </exception>
    public Guid GetGuid(string name)
    {
        SegmentText.TryGetGuid(GetRaw(IndexOf(name, SegmentKind.Guid, SegmentKind.Guid, "guid")), out Guid guid);
        return guid;
    }

    private int IndexOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int index = _pattern.Find(name);
        if (index >= 0) return index;
        throw new ArgumentException($"The pattern '{_pattern}' has no parameter called {name}.", nameof(name));
    }

    private int IndexOf(string name, SegmentKind kind, SegmentKind alternative, string type)
    {
        int index = IndexOf(name);
        SegmentKind declared = _pattern.Segments[index].Kind;
        if (declared == kind || declared == alternative) return index;
        throw new ArgumentException($"The pattern '{_pattern}' does not say {{{name}:{type}}}.", nameof(name));
    }

    private ReadOnlySpan<byte> GetRaw(int index)
    {
        ReadOnlySpan<byte> path = _request.EscapedPath[1..];
        for (int i = 0; i < index; i++) path = path[(path.IndexOf((byte)'/') + 1)..];

        int end = _pattern.Segments[index].Kind == SegmentKind.Rest ? -1 : path.IndexOf((byte)'/');
        return end < 0 ? path : path[..end];
    }
}
