using Pwb.Handlers;
using Pwb.Routing;

namespace Pwb;

/// <summary>
/// A pattern with the handler for its requests: <c>new Route("GET /orders/{id:int}", (request, route) => ...)</c>.
/// <see cref="Router"/> describes patterns.
/// </summary>
/// <example><code>
/// Route route = new("GET /orders/{id:int}", (request, route) =&gt; HttpResponse.Text($"order {route.GetInt32("id")}\n"));
/// </code></example>
public sealed class Route
{
    private readonly IRequestHandler? _handler;
    private readonly Func<HttpRequest, RouteValues, CancellationToken, ValueTask<HttpResponse>>? _function;
    private readonly bool _neverBlocks;

    /// <summary>Has a handler answer, which sees the request as it is, with its whole path.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="handler">Answers the requests.</param>
    /// <exception cref="ArgumentException"><paramref name="pattern"/> is not valid; the message says why.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public Route(string pattern, IRequestHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        RoutePattern = RoutePattern.Parse(pattern);
        _handler = handler;
        _neverBlocks = handler.NeverBlocks;
    }

    /// <summary>Has a function answer.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="handler">Answers one request.</param>
    /// <param name="neverBlocks">The value of <see cref="IRequestHandler.NeverBlocks"/>. Read its warning first.</param>
    /// <exception cref="ArgumentException"><paramref name="pattern"/> is not valid; the message says why.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public Route(string pattern, Func<HttpRequest, HttpResponse> handler, bool neverBlocks = false)
        : this(pattern, handler is null ? null! : (request, _, _) => new(handler(request)), neverBlocks)
    {
    }

    /// <summary>Has a function answer that gets the values of the pattern's parameters.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="handler">Answers one request.</param>
    /// <param name="neverBlocks">The value of <see cref="IRequestHandler.NeverBlocks"/>. Read its warning first.</param>
    /// <exception cref="ArgumentException"><paramref name="pattern"/> is not valid; the message says why.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public Route(string pattern, Func<HttpRequest, RouteValues, HttpResponse> handler, bool neverBlocks = false)
        : this(pattern, handler is null ? null! : (request, route, _) => new(handler(request, route)), neverBlocks)
    {
    }

    /// <summary>Has a function answer that gets the values of the pattern's parameters, and is awaited.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="handler">Answers one request.</param>
    /// <param name="neverBlocks">The value of <see cref="IRequestHandler.NeverBlocks"/>. Read its warning first.</param>
    /// <exception cref="ArgumentException"><paramref name="pattern"/> is not valid; the message says why.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public Route(
        string pattern,
        Func<HttpRequest, RouteValues, CancellationToken, ValueTask<HttpResponse>> handler,
        bool neverBlocks = false)
    {
        ArgumentNullException.ThrowIfNull(handler);
        RoutePattern = RoutePattern.Parse(pattern);
        _function = handler;
        _neverBlocks = neverBlocks;
    }

    private Route(RoutePattern pattern, Route like, IRequestHandler? handler)
    {
        RoutePattern = pattern;
        _handler = handler;
        _function = like._function;
        _neverBlocks = like._neverBlocks;
    }

    private Route(RoutePattern pattern, IRequestHandler handler)
    {
        RoutePattern = pattern;
        _handler = handler;
        _neverBlocks = handler.NeverBlocks;
    }

    /// <summary>The pattern: the method, if it has one, and the path, such as <c>GET /orders/{id:int}</c>.</summary>
    public string Pattern => RoutePattern.ToString();

    internal RoutePattern RoutePattern { get; }

    internal bool NeverBlocks => _neverBlocks;

    internal bool Borrows => _handler is IBorrowingHandler { Borrows: true };

    /// <inheritdoc/>
    public override string ToString() => Pattern;

    /// <summary>A route for everything at and below a path.</summary>
    internal static Route Mount(RoutePattern prefix, IMountable handler) => new(prefix, handler.Below(prefix.Path));

    /// <summary>
    /// The same route behind a prefix. A handler that was mounted moves with it; any other sees the whole path.
    /// </summary>
    internal Route Below(string prefix) =>
        new(RoutePattern.Below(prefix), this, RoutePattern.IsMount ? ((IMountable)_handler!).Below(prefix) : _handler);

    internal ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken) => _handler is not null
        ? _handler.HandleAsync(request, cancellationToken)
        : _function!(request, new RouteValues(request, RoutePattern), cancellationToken);
}
