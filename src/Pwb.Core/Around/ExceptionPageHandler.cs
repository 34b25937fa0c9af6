using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Pwb.Around;
using Pwb.Handlers;

namespace Pwb;

/// <summary>
/// Shows the exception that a handler threw, for development: with its stack trace, to clients on this machine only. Switched
/// off, it does nothing at all, and the client gets the server's 500 without detail.
/// </summary>
/// <example><code>
/// IRequestHandler handler = new ExceptionPageHandler(inner, isDevelopment, loggerFactory.CreateLogger("App"));
/// </code></example>
public sealed class ExceptionPageHandler : IRequestHandler, IBorrowingHandler
{
    private static readonly Action<ILogger, Exception?> LogFailure =
        LoggerMessage.Define(LogLevel.Error, new EventId(1, "HandlerFailed"), "A handler failed; the client was shown how.");

    private static readonly string[] ProxyFields =
        ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"];

    private readonly IRequestHandler _inner;
    private readonly bool _isOn;
    private readonly ILogger? _logger;

    /// <summary>Makes the handler.</summary>
    /// <param name="inner">The handler whose exceptions are shown.</param>
    /// <param name="isOn">
    /// Whether exceptions are shown. Never in production: an exception shows the inside of a program, and possibly secrets.
    /// </param>
    /// <param name="logger">Gets the exceptions that are shown, since they do not reach the server's log; null for none.</param>
    public ExceptionPageHandler(IRequestHandler inner, bool isOn, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        _isOn = isOn;
        _logger = logger;
    }

    /// <summary>The value of the inner handler; false with a logger, since that may block.</summary>
    public bool NeverBlocks => _logger is null && _inner.NeverBlocks;

    /// <inheritdoc/>
    bool IBorrowingHandler.Borrows => Inner.Borrows(_inner);

    /// <inheritdoc/>
    public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _isOn && IsHere(request) ? ShowAsync(request, cancellationToken) : _inner.HandleAsync(request, cancellationToken);
    }

    // Behind a proxy on this machine every client seems to be local. Forwarding fields show such a proxy.
    private static bool IsHere(HttpRequest request)
    {
        if (Array.Exists(ProxyFields, name => request.Headers[name] is not null)) return false;
        return IsHere(request.Connection.RemoteEndPoint) && IsHere(request.Connection.ProxyEndPoint);
    }

    private static bool IsHere(EndPoint? end) => end is not IPEndPoint peer || IPAddress.IsLoopback(peer.Address);

    private static HttpResponse Page(Exception exception)
    {
        string text = WebUtility.HtmlEncode(exception.ToString());
        string title = WebUtility.HtmlEncode(exception.GetType().Name);
        string page = $"<!doctype html><meta charset=utf-8><title>500 {title}</title><h1>500: {title}</h1><pre>{text}</pre>\n";
        return new HttpResponse(
            500,
            ResponseBody.From(Encoding.UTF8.GetBytes(page)),
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", "default-src 'none'"),
            ("Cache-Control", "no-store"));
    }

    private async ValueTask<HttpResponse> ShowAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await Inner.RespondAsync(_inner, request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not RequestRejectedException && !cancellationToken.IsCancellationRequested)
        {
            if (_logger is not null) LogFailure(_logger, exception);
            return Page(exception);
        }
    }
}
