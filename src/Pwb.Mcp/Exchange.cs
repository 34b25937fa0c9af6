using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Pwb.Mcp;

/// <summary>
/// One message of a client. A server of the SDK lives as long as it takes to deal with it, since this revision keeps nothing from
/// one request to the next.
/// </summary>
internal sealed class Exchange : IAsyncDisposable
{
    private readonly StreamableHttpServerTransport _transport;
    private readonly McpServer _server;
    private readonly CancellationTokenSource _ending;
    private readonly Task _running;

    private Exchange(McpServerOptions server, McpHandlerOptions options, CancellationTokenSource ending)
    {
        _ending = ending;
        _transport = new StreamableHttpServerTransport(options.LoggerFactory) { Stateless = true };
        _server = McpServer.Create(_transport, server, options.LoggerFactory, options.Services);
        _running = _server.RunAsync(ending.Token);
    }

    /// <summary>Finds out whether the SDK can serve with these options.</summary>
    /// <exception cref="McpException">It cannot.</exception>
    public static void Try(McpServerOptions server, McpHandlerOptions options) =>
        McpServer.Create(new StreamableHttpServerTransport { Stateless = true }, server, options.LoggerFactory, options.Services);

    /// <summary>Deals with a notification.</summary>
    public static async ValueTask NotifyAsync(
        McpServerOptions server, McpHandlerOptions options, JsonRpcMessage message, CancellationToken cancellationToken)
    {
        Exchange exchange = new(server, options, CancellationTokenSource.CreateLinkedTokenSource(cancellationToken));
        await using (exchange.ConfigureAwait(false))
            await exchange._transport.HandlePostRequestAsync(message, Stream.Null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the response to a request.</summary>
    /// <param name="server">The offered tools, resources and prompts.</param>
    /// <param name="options">The options.</param>
    /// <param name="message">The request.</param>
    /// <param name="request">The HTTP request of the message. Its end cancels the message.</param>
    /// <param name="starter">Starts the response.</param>
    /// <param name="cancellationToken">The token of the response.</param>
    public static async ValueTask AnswerAsync(
        McpServerOptions server,
        McpHandlerOptions options,
        JsonRpcRequest message,
        HttpRequest request,
        ResponseStarter starter,
        CancellationToken cancellationToken)
    {
        bool isEndless = message.Method == RequestMethods.SubscriptionsListen;
        using CancellationTokenSource limit = new(
            isEndless ? Timeout.InfiniteTimeSpan : options.RequestTimeout, options.TimeProvider);
        CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, request.Aborted, limit.Token);
        EventStream output = new(starter, options.Heartbeat, options.TimeProvider);
        Exchange exchange = new(server, options, ending);
        try
        {
            await output.KeepAliveUntilAsync(
                exchange._transport.HandlePostRequestAsync(message, output, output.StartAsync, ending.Token),
                ending.Token).ConfigureAwait(false);
            await exchange.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            bool isLate = exception is OperationCanceledException && limit.IsCancellationRequested
                && !request.Aborted.IsCancellationRequested && !cancellationToken.IsCancellationRequested;
            await ending.CancelAsync().ConfigureAwait(false);
            _ = exchange.DisposeLaterAsync(); // a tool that does not look at its token must not hold up the response's end
            if (!isLate) throw;
            await output.EndWithAsync(TooLate(message.Id), cancellationToken).ConfigureAwait(false);
        }
    }

    private static JsonRpcError TooLate(RequestId id) => new()
    {
        Id = id,
        Error = new JsonRpcErrorDetail { Code = (int)McpErrorCode.InternalError, Message = "The request took too long." },
    };

    /// <summary>Waits for the server's current work, and ends the server.</summary>
    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _running.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // As it was told to.
        }

        await _server.DisposeAsync().ConfigureAwait(false);
        _ending.Dispose();
    }

    private async Task DisposeLaterAsync()
    {
        try
        {
            await DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The response has ended. The SDK has logged the exception of a tool.
        }
    }
}
