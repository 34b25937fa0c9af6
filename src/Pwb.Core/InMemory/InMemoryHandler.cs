namespace Pwb.InMemory;

/// <summary>
/// The runtime's own HTTP/1.1 client, on connections that a function makes. It shows exactly what the server sends: it follows no
/// redirect, keeps no cookie, and decompresses nothing.
/// </summary>
internal sealed class InMemoryHandler : DelegatingHandler
{
    private readonly HashSet<ConnectionEnd> _connections = [];
    private readonly Func<Action<ConnectionEnd>, ConnectionEnd> _connect;
    private readonly HandlerFailures? _failures;
    private bool _isDisposed;

    /// <summary>Makes a handler.</summary>
    /// <param name="connect">
    /// Makes a connection and returns the client's end, which calls the given function when it is closed.
    /// </param>
    /// <param name="failures">Has the exceptions that are to be thrown; null if none are.</param>
    public InMemoryHandler(Func<Action<ConnectionEnd>, ConnectionEnd> connect, HandlerFailures? failures)
    {
        _failures = failures;
        _connect = connect;
        InnerHandler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = (_, _) => new ValueTask<Stream>(Connect()),
        };
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        CheckVersion(request);
        Uri? uri = request.RequestUri;
        request.RequestUri = WithoutTls(uri);
        try
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            _failures?.ThrowFor(response);
            return response;
        }
        finally
        {
            request.RequestUri = uri;
        }
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        CheckVersion(request);
        Uri? uri = request.RequestUri;
        request.RequestUri = WithoutTls(uri);
        try
        {
            HttpResponseMessage response = base.Send(request, cancellationToken);
            _failures?.ThrowFor(response);
            return response;
        }
        finally
        {
            request.RequestUri = uri;
        }
    }

    // The runtime's client leaves connections in use to the readers of their responses.
    protected override void Dispose(bool disposing)
    {
        ConnectionEnd[] connections;
        lock (_connections)
        {
            _isDisposed = true;
            connections = [.. _connections];
        }

        base.Dispose(disposing);
        foreach (ConnectionEnd connection in connections) connection.Dispose();
    }

    // HTTP/2 without TLS would be spoken without negotiation, and fail without a clear reason.
    private static void CheckVersion(HttpRequestMessage request)
    {
        if (request.Version.Major > 1 && request.VersionPolicy != HttpVersionPolicy.RequestVersionOrLower)
            throw new HttpRequestException(
                HttpRequestError.VersionNegotiationError,
                $"The server speaks HTTP/1.1, and the request insists on HTTP/{request.Version}.");
    }

    // Code that asks https://api.example.com shall find its fake: there is nothing between the two that could listen in.
    private static Uri? WithoutTls(Uri? uri)
    {
        if (uri is not { IsAbsoluteUri: true }) return uri;

        bool isHttps = uri.Scheme == Uri.UriSchemeHttps;
        if (!isHttps && uri.Scheme != Uri.UriSchemeWss) return uri;

        string plain = isHttps ? Uri.UriSchemeHttp : Uri.UriSchemeWs;
        return new UriBuilder(uri) { Scheme = plain, Port = uri.IsDefaultPort ? -1 : uri.Port }.Uri;
    }

    private ConnectionEnd Connect()
    {
        ConnectionEnd connection = _connect(Forget);
        bool isTooLate;
        lock (_connections)
        {
            isTooLate = _isDisposed;
            if (!isTooLate) _connections.Add(connection);
        }

        if (isTooLate) connection.Dispose();
        return connection;
    }

    private void Forget(ConnectionEnd connection)
    {
        lock (_connections) _connections.Remove(connection);
    }
}
