namespace Pwb;

/// <summary>
/// Answers a supervisor: <c>/healthz</c> is 200 as long as the process answers; <c>/readyz</c> is 200, or 503 when the server has
/// begun to stop or a check says no. Every other path goes to the inner handler.
/// </summary>
/// <example><code>
/// IRequestHandler handler = new HealthHandler(inner, async token => await database.PingAsync(token));
/// </code></example>
public sealed class HealthHandler : IRequestHandler
{
    private static readonly HttpResponse Ok = Text("ok\n", 200);
    private static readonly HttpResponse Stopping = Text("stopping\n", 503);
    private static readonly HttpResponse MethodNotAllowed = HttpResponse.MethodNotAllowed("GET, HEAD");
    private static readonly HttpResponse NotReady = Text("not ready\n", 503);

    private readonly IRequestHandler _inner;
    private readonly Func<CancellationToken, ValueTask<bool>>? _isReady;

    /// <summary>Makes the handler.</summary>
    /// <param name="inner">The handler of all other paths.</param>
    /// <param name="isReady">Asked for each <c>/readyz</c>; null for always. An exception counts as no.</param>
    public HealthHandler(IRequestHandler inner, Func<CancellationToken, ValueTask<bool>>? isReady = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        _isReady = isReady;
    }

    /// <summary>The value of the inner handler; false with a check, since that may block.</summary>
    public bool NeverBlocks => _isReady is null && _inner.NeverBlocks;

    /// <inheritdoc/>
    public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        string path = request.Path;
        if (path is not ("/healthz" or "/readyz")) return _inner.HandleAsync(request, cancellationToken);
        if (request.Method is not ("GET" or "HEAD")) return new ValueTask<HttpResponse>(MethodNotAllowed);
        if (path == "/healthz") return new ValueTask<HttpResponse>(Ok);
        if (request.Stopping.IsCancellationRequested) return new ValueTask<HttpResponse>(Stopping);
        return _isReady is null ? new ValueTask<HttpResponse>(Ok) : AskAsync(_isReady, cancellationToken);
    }

    private static async ValueTask<HttpResponse> AskAsync(
        Func<CancellationToken, ValueTask<bool>> isReady, CancellationToken cancellationToken)
    {
        try
        {
            return await isReady(cancellationToken).ConfigureAwait(false) ? Ok : NotReady;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return NotReady; // the check logs the reason, and the client need not know it
        }
    }

    private static HttpResponse Text(string text, int statusCode) =>
        HttpResponse.Text(text, statusCode).With("Cache-Control", "no-store");
}
