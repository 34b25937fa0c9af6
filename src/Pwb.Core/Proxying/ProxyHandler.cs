using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Logging;
using Pwb.Protocol;
using Pwb.Proxying;

namespace Pwb;

/// <summary>
/// Passes the requests for a path on to another server over HTTP/1.1 (a gateway, RFC 9110 §3.7), and gives everything else to the
/// next handler. Content streams in both directions, and WebSockets pass through. A target that cannot be reached is a 502, a
/// target that does not answer in time a 504. The target learns the client's address, host and scheme by X-Forwarded-For, -Host
/// and -Proto; the client's own values of these fields and of Forwarded are dropped. Interim responses and trailers are not
/// passed on.
/// </summary>
/// <example><code>
/// IRequestHandler handler = new ProxyHandler("/api", new Uri("http://localhost:5000"), next: inner);
/// </code></example>
public sealed partial class ProxyHandler : IRequestHandler, IDisposable
{
    // Node closes connections that are idle for 5 s. A request must not meet that close.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2); // then the name is looked up again

    private readonly byte[] _prefix; // decoded, without its last slash: empty for the root
    private readonly string _start; // the target's path, in front of the part behind the prefix
    private readonly string _origin;
    private readonly IRequestHandler _next;
    private readonly ProxyOptions _options;
    private readonly RequestForwarding _forwarding;
    private readonly ILogger _logger;
    private readonly HttpMessageInvoker _client;

    /// <summary>Makes the handler.</summary>
    /// <param name="path">The path, decoded, such as "/api": it, and all below it, goes to the target. "/" is everything.</param>
    /// <param name="target">
    /// An http or https URL without query. Without a path, the request's path stays as it is. With one, which may be "/", it
    /// takes the place of <paramref name="path"/>, as in nginx: with "/api" and "http://localhost:5000/", "/api/a" becomes "/a".
    /// </param>
    /// <param name="next">The handler for all other requests.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="path"/> does not begin with a slash, or ends with one, or <paramref name="target"/> is not such a URL; a
    /// timeout is not positive.
    /// </exception>
    public ProxyHandler(string path, Uri target, IRequestHandler next, ProxyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(next);
        options ??= new ProxyOptions();
        if (path is not ['/', ..] || (path.Length > 1 && path[^1] == '/'))
            throw new ArgumentException($"'{path}' is no path such as /api.", nameof(path));
        if (!target.IsAbsoluteUri || target.Scheme is not ("http" or "https") || target.Query.Length > 0
            || target.Fragment.Length > 0 || target.UserInfo.Length > 0)
            throw new ArgumentException($"'{target}' is no URL such as http://localhost:5000.", nameof(target));
        if (options.ConnectTimeout <= TimeSpan.Zero || options.ResponseTimeout <= TimeSpan.Zero)
            throw new ArgumentException("A timeout is not positive.", nameof(options));

        string prefix = path == "/" ? "" : path;
        bool hasPath = target.OriginalString.TrimEnd().EndsWith('/') || target.AbsolutePath.Length > 1;
        _prefix = Encoding.UTF8.GetBytes(prefix);
        string escaped = Uri.EscapeDataString(prefix).Replace("%2F", "/", StringComparison.Ordinal);
        _start = hasPath ? target.AbsolutePath.TrimEnd('/') : escaped;
        _origin = target.GetLeftPart(UriPartial.Authority);
        _next = next;
        _options = options;
        _forwarding = new RequestForwarding(options.KeepsHost ?? target.IsLoopback);
        _logger = options.Logger is { } users ? new IsolatedLogger(users) : NullLogger.Instance;
        _client = new HttpMessageInvoker(MakeClient(options.ConnectTimeout));
    }

    /// <summary>False: a request waits for the target.</summary>
    public bool NeverBlocks => false;

    /// <inheritdoc/>
    public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return TargetPath.TryTakePrefix(request.EscapedPath, _prefix, out ReadOnlySpan<byte> rest)
            ? ForwardAsync(request, Encoding.ASCII.GetString(rest), cancellationToken)
            : _next.HandleAsync(request, cancellationToken);
    }

    /// <summary>Closes the connections to the target.</summary>
    public void Dispose() => _client.Dispose();

    private static SocketsHttpHandler MakeClient(TimeSpan connectTimeout) => new()
    {
        ActivityHeadersPropagator = null, // the client's own trace goes through
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = connectTimeout,
        PooledConnectionIdleTimeout = IdleTimeout,
        PooledConnectionLifetime = ConnectionLifetime,
        RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        UseCookies = false,
        UseProxy = false,
    };

    private async ValueTask<HttpResponse> ForwardAsync(HttpRequest request, string rest, CancellationToken cancellationToken)
    {
        // A target of its own is a tunnel's, and never this handler's.
        if (string.Equals(request.Method, "CONNECT", StringComparison.Ordinal)) return HttpResponse.MethodNotAllowed("");
        if (_forwarding.HasSeen(request)) return Fail(request, 508, "the target leads back to this server");

        // Its timer may fire also while it is disposed of.
        using CancellationTokenSource patience = new(Timeout.InfiniteTimeSpan, request.Clock);
        using CancellationTokenSource end =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        void Wait() => patience.CancelAfter(_options.ResponseTimeout);

        using HttpRequestMessage message = _forwarding.Make(request, UriOf(request, rest), Wait);
        if (message.Content is null) Wait();
        try
        {
            HttpResponseMessage response = await _client.SendAsync(message, end.Token).ConfigureAwait(false);
            return ResponseForwarding.Make(request, response, exception => Fail(request, 502, ReasonOf(exception)));
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception) when ((message.Content as ForwardedContent)?.Failure is { } failure && failure != exception)
        {
            // The client's side has failed. The server answers it.
            throw failure is RequestRejectedException ? failure : new IOException(failure.Message, exception);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return Fail(request, 504, $"no response within {_options.ResponseTimeout.TotalSeconds:0.###} s");
        }
        catch (Exception exception)
            when (exception is HttpRequestException or IOException or ArgumentException or OperationCanceledException
                && exception is not RequestRejectedException)
        {
            return Fail(request, 502, ReasonOf(exception));
        }
    }

    // The client's own bytes: the framework would decode and compact the path.
    private Uri UriOf(HttpRequest request, string rest)
    {
        string path = _start + rest;
        string query = request.RawQuery.IsEmpty ? "" : "?" + Encoding.ASCII.GetString(request.RawQuery);
        UriCreationOptions raw = new() { DangerousDisablePathAndQueryCanonicalization = true };
        return new Uri($"{_origin}{(path.Length == 0 ? "/" : path)}{query}", raw);
    }

    private HttpResponse Fail(HttpRequest request, int statusCode, string why)
    {
        LogFailure(_logger, statusCode, request.Method, Encoding.ASCII.GetString(request.EscapedPath), _origin, why);
        string reason = ReasonPhrases.Get(statusCode);
        return HttpResponse.Text($"{statusCode} {reason}\n", statusCode);
    }

    private static string ReasonOf(Exception exception) =>
        exception.InnerException is { } inner && !exception.Message.Contains(inner.Message, StringComparison.Ordinal)
            ? $"{exception.Message} ({inner.Message})"
            : exception.Message;

    [LoggerMessage(80, LogLevel.Warning, "{StatusCode} for {Method} {Path}: {Target}: {Why}")]
    private static partial void LogFailure(
        ILogger logger, int statusCode, string method, string path, string target, string why);
}
