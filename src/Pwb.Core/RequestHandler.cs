namespace Pwb;

/// <summary>Makes request handlers out of functions.</summary>
public static class RequestHandler
{
    /// <summary>A handler that answers with the function's result.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    public static IRequestHandler From(Func<HttpRequest, HttpResponse> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new FunctionHandler((request, _) => new ValueTask<HttpResponse>(handler(request)));
    }

    /// <summary>A handler that awaits the function's result.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    public static IRequestHandler From(Func<HttpRequest, CancellationToken, ValueTask<HttpResponse>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new FunctionHandler(handler);
    }

    private sealed class FunctionHandler(Func<HttpRequest, CancellationToken, ValueTask<HttpResponse>> handler) : IRequestHandler
    {
        public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken) => handler(request, cancellationToken);
    }
}
