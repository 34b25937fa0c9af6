using System.Runtime.CompilerServices;

namespace Pwb;

/// <summary>Makes request handlers out of functions.</summary>
/// <example><code>
/// IRequestHandler handler = RequestHandler.From(request =&gt; HttpResponse.Text($"hello {request.Path}\n"));
/// </code></example>
public static class RequestHandler
{
    /// <summary>A handler that answers with the function's result.</summary>
    /// <param name="handler">Answers one request.</param>
    /// <param name="neverBlocks">The value of <see cref="IRequestHandler.NeverBlocks"/>. Read its warning first.</param>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    [OverloadResolutionPriority(1)] // a function that only throws has a result of every type, and would be ambiguous
    public static IRequestHandler From(Func<HttpRequest, HttpResponse> handler, bool neverBlocks = false)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new FunctionHandler((request, _) => new ValueTask<HttpResponse>(handler(request)), neverBlocks);
    }

    /// <summary>A handler that awaits the function's result. <see cref="HttpRequest.Aborted"/> is its token.</summary>
    /// <param name="handler">Answers one request.</param>
    /// <param name="neverBlocks">The value of <see cref="IRequestHandler.NeverBlocks"/>. Read its warning first.</param>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    public static IRequestHandler From(Func<HttpRequest, ValueTask<HttpResponse>> handler, bool neverBlocks = false)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new FunctionHandler((request, _) => handler(request), neverBlocks);
    }

    /// <summary>A handler that awaits the function's result.</summary>
    /// <param name="handler">
    /// The function that answers one request. Its token is that of <see cref="IRequestHandler.HandleAsync"/>.
    /// </param>
    /// <param name="neverBlocks">The value of <see cref="IRequestHandler.NeverBlocks"/>. Read its warning first.</param>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    public static IRequestHandler From(
        Func<HttpRequest, CancellationToken, ValueTask<HttpResponse>> handler, bool neverBlocks = false)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new FunctionHandler(handler, neverBlocks);
    }

    private sealed class FunctionHandler(
        Func<HttpRequest, CancellationToken, ValueTask<HttpResponse>> handler, bool neverBlocks) : IRequestHandler
    {
        public bool NeverBlocks => neverBlocks;

        public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken) =>
            handler(request, cancellationToken);
    }
}
