namespace Pwb;

/// <summary>Makes request handlers out of functions.</summary>
public static class RequestHandler
{
    /// <summary>A handler that answers with the function's result.</summary>
    /// <param name="handler">Answers one request.</param>
    /// <param name="neverBlocks">What <see cref="IRequestHandler.NeverBlocks"/> says, and where it says what follows if that is not true.</param>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    public static IRequestHandler From(Func<HttpRequest, HttpResponse> handler, bool neverBlocks = false)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new FunctionHandler((request, _) => new ValueTask<HttpResponse>(handler(request)), neverBlocks);
    }

    /// <summary>A handler that awaits the function's result.</summary>
    /// <param name="handler">Answers one request.</param>
    /// <param name="neverBlocks">What <see cref="IRequestHandler.NeverBlocks"/> says, and where it says what follows if that is not true.</param>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    public static IRequestHandler From(Func<HttpRequest, CancellationToken, ValueTask<HttpResponse>> handler, bool neverBlocks = false)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new FunctionHandler(handler, neverBlocks);
    }

    private sealed class FunctionHandler(Func<HttpRequest, CancellationToken, ValueTask<HttpResponse>> handler, bool neverBlocks) : IRequestHandler
    {
        public bool NeverBlocks => neverBlocks;

        public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken) => handler(request, cancellationToken);
    }
}
