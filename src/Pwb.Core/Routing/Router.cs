using Pwb.Handlers;
using Pwb.Routing;

namespace Pwb;

/// <summary>
/// Gives each request to the route that fits it best. Built once; it never changes, so it needs no lock.
/// <code>
/// Router router = new([
///     new("GET /orders/{id:int}", (request, route) => HttpResponse.Text($"order {route.GetInt32("id")}")),
///     new("POST /orders", (request, route, token) => AddAsync(request, token)),
///     Router.Mount("/assets", new StaticFileHandler("wwwroot")),
/// ]);
/// </code>
/// <para>
/// A pattern is a method and a path, or a path alone, which takes every method. Each segment of the path is text; or a parameter:
/// <c>{name}</c> for one segment that is not empty, <c>{name:int}</c>, <c>{name:long}</c> or <c>{name:guid}</c> for one that is
/// such a value; or, at the end, <c>{name...}</c> for all that is left, which may be empty. The whole path has to match:
/// <c>/a</c> and <c>/a/</c> are two paths. What is compared is the request's normal path, segment by segment, each decoded once:
/// an escaped slash never separates segments.
/// </para>
/// <para>
/// The most specific pattern wins, whatever their order. A pattern for GET answers HEAD too. A path that has routes for other
/// methods alone gets 405 with their Allow, and OPTIONS a 204 with it. A path without any goes to the next handler, or gets 404.
/// </para>
/// </summary>
public sealed class Router : IRequestHandler, IBorrowingHandler, IMountable
{
    private static readonly HttpResponse NotFound = HttpResponse.Text("404 Not Found\n", 404);

    private readonly Route[] _routes;
    private readonly IRequestHandler? _next;
    private readonly RouteNode _root = new();

    /// <summary>Makes a router.</summary>
    /// <param name="routes">The routes, in any order.</param>
    /// <param name="next">Answers what no pattern's path matches. Without it, the answer is 404.</param>
    /// <exception cref="ArgumentException">
    /// Two patterns are the same, or match some requests alike without one of them being the more specific; the message names
    /// both.
    /// </exception>
    /// <exception cref="ArgumentNullException"><paramref name="routes"/> or one of them is null.</exception>
    public Router(IEnumerable<Route> routes, IRequestHandler? next = null)
    {
        ArgumentNullException.ThrowIfNull(routes);
        _routes = [.. routes];
        _next = next;
        for (int i = 0; i < _routes.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(_routes[i], nameof(routes));
            for (int other = 0; other < i; other++)
            {
                if (Conflict(_routes[other], _routes[i]) is { } conflict) throw new ArgumentException(conflict, nameof(routes));
            }

            _root.Add(_routes[i], 0);
        }

        NeverBlocks = next is null or { NeverBlocks: true } && Array.TrueForAll(_routes, route => route.NeverBlocks);
        Borrows = next is null or IBorrowingHandler { Borrows: true } && Array.TrueForAll(_routes, route => route.Borrows);
    }

    /// <summary>Whether none of the routes' handlers blocks, nor the next handler.</summary>
    public bool NeverBlocks { get; }

    /// <inheritdoc/>
    bool IBorrowingHandler.Borrows => Borrows;

    private bool Borrows { get; }

    /// <summary>
    /// A route for everything at and below a path. A router answers as if its patterns began there: mounted at <c>/api</c>,
    /// <c>GET /orders</c> is for <c>/api/orders</c>. Requests keep their whole path. A request that no pattern matches goes to
    /// that router's own next handler, or gets 404.
    /// </summary>
    /// <param name="prefix">
    /// Begins with a slash and ends without one. It may have parameters, which are then those of each of the patterns.
    /// </param>
    /// <param name="router">The router to be mounted. It does not change.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="prefix"/> is not valid, or one of the patterns has a parameter of the same name.
    /// </exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static Route Mount(string prefix, Router router)
    {
        ArgumentNullException.ThrowIfNull(router);
        return Route.Mount(RoutePattern.ParseMount(prefix), router);
    }

    /// <summary>
    /// A route for everything at and below a path, served from files: mounted at <c>/assets</c>, <c>app.js</c> is served as
    /// <c>/assets/app.js</c>, and <c>/assets</c> is redirected to <c>/assets/</c>. <see cref="StaticFileOptions.BasePath"/>, if
    /// it is set, comes behind the prefix.
    /// </summary>
    /// <param name="prefix">Begins with a slash, ends without one, and has no parameters.</param>
    /// <param name="files">The files to mount. This handler does not change; the mounted one has its own cache.</param>
    /// <exception cref="ArgumentException"><paramref name="prefix"/> is not valid.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static Route Mount(string prefix, StaticFileHandler files)
    {
        ArgumentNullException.ThrowIfNull(files);
        RoutePattern pattern = RoutePattern.ParseMount(prefix);
        if (pattern.Segments.Any(segment => segment.Name.Length > 0))
            throw PatternParser.Wrong(prefix, "files are mounted at a path without parameters");
        return Route.Mount(pattern, files);
    }

    /// <inheritdoc/>
    public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Route? route = _root.Find(request.EscapedPath, request.Method);
        if (route is null) return HandleUnmatchedAsync(request, cancellationToken);

        request.RouteTemplate = route.RoutePattern.Template;
        return route.HandleAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    IRequestHandler IMountable.Below(string prefix) => new Router(_routes.Select(route => route.Below(prefix)), _next);

    private static string? Conflict(Route one, Route other) => one.RoutePattern.RelationTo(other.RoutePattern) switch
    {
        Relation.Same => $"The patterns '{one}' and '{other}' match the same requests.",
        Relation.Crossing => $"The patterns '{one}' and '{other}' both match some requests, and neither is the more specific.",
        _ => null,
    };

    private ValueTask<HttpResponse> HandleUnmatchedAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        List<string> methods = [];
        _root.AddMethods(request.EscapedPath, methods);
        if (methods.Count == 0) return _next?.HandleAsync(request, cancellationToken) ?? new ValueTask<HttpResponse>(NotFound);

        bool isOptions = request.Method == "OPTIONS";
        if (!methods.Contains("OPTIONS")) methods.Add("OPTIONS");
        methods.Sort(StringComparer.Ordinal); // the order of the routes shows nowhere
        string allow = string.Join(", ", methods);
        HttpResponse response = isOptions ? new HttpResponse(204, null, ("Allow", allow)) : HttpResponse.MethodNotAllowed(allow);
        return new ValueTask<HttpResponse>(response);
    }
}
