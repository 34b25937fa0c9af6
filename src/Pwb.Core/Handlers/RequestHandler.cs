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
    [OverloadResolutionPriority(1)] // so that a function that only throws, whose result is of every type, is no ambiguity
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
    /// Answers one request. Its token is the one that <see cref="IRequestHandler.HandleAsync"/> gets.
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
