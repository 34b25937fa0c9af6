using System.Security.Claims;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Pwb.Mcp;

namespace Pwb;

/// <summary>
/// Serves the tools, resources and prompts of the official C# SDK (<c>ModelContextProtocol.Core</c>) to MCP clients: Streamable
/// HTTP of revision 2026-07-28, and the earlier revisions that begin with <c>initialize</c>, without sessions. One handler is
/// one end point, for one path of a router.
/// <para>
/// A message is checked before anything of yours runs: its media types, its size, its JSON, its protocol version, and the
/// <c>Mcp-*</c> fields against its content. The client's end cancels the request's token. A subscription ends when the server
/// begins to stop.
/// </para>
/// </summary>
/// <example><code>
/// Router router = new([new("/mcp", new McpHandler(offered))]);
/// </code></example>
public sealed class McpHandler : IRequestHandler
{
    private static readonly HttpResponse Accepted = new(202);
    private static readonly HttpResponse Allowed = new(204, null, ("Allow", "POST, OPTIONS"));
    private static readonly HttpResponse NotAllowed = HttpResponse.MethodNotAllowed("POST, OPTIONS");

    private readonly McpServerOptions _server;
    private readonly McpHandlerOptions _options;
    private readonly MessageCheck _check;
    private readonly Subscriptions? _subscriptions;

    /// <summary>Makes the handler.</summary>
    /// <param name="server">
    /// The offered tools, resources and prompts. The collections may change later, and listening clients are told. The handler
    /// sets <see cref="McpServerHandlers.SubscriptionsListenHandler"/>, unless it is set. Two handlers may share the options.
    /// </param>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentNullException"><paramref name="server"/> is null.</exception>
    /// <exception cref="ArgumentException">A value of <paramref name="options"/> is out of its range.</exception>
    /// <exception cref="McpException">The SDK cannot serve <paramref name="server"/>.</exception>
    public McpHandler(McpServerOptions server, McpHandlerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        options ??= new McpHandlerOptions();
        if (options.WhatIsWrong() is { } sentence) throw new ArgumentException(sentence, nameof(options));

        _server = server;
        _options = options;
        _check = new MessageCheck(server);
        _subscriptions = Subscriptions.Of(server);
        Exchange.Try(server, options);
    }

    /// <summary>
    /// Tells the clients that listen for it that a resource has changed. Returns at once; changes that a client has not been told
    /// of yet become one. Nobody listens unless <see cref="ResourcesCapability.Subscribe"/> is set in the capabilities.
    /// </summary>
    /// <param name="uri">The resource, exactly as clients name it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="uri"/> is null.</exception>
    /// <exception cref="InvalidOperationException">
    /// The options had a <see cref="McpServerHandlers.SubscriptionsListenHandler"/> of yours, which has to tell them.
    /// </exception>
    public void NotifyResourceUpdated(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (_subscriptions is null)
            throw new InvalidOperationException("The options have a SubscriptionsListenHandler of their own.");
        _subscriptions.ResourceUpdated(uri);
    }

    /// <inheritdoc/>
    public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Method != "POST") return request.Method == "OPTIONS" ? Allowed : NotAllowed;
        if (MediaTypes.WhatIsWrong(request.Headers) is { } refusal) return refusal;

        byte[] content = await request.ReadBytesAsync(_options.MaxMessageLength, cancellationToken).ConfigureAwait(false);
        if (!MessageReading.TryRead(content, out JsonRpcMessage? message, out Fault? fault)) return fault.ToResponse(default);
        fault = _check.WhatIsWrong(request.Headers, message);
        if (fault is not null) return fault.ToResponse((message as JsonRpcRequest)?.Id ?? default);

        message.Context = MakeContext(request);
        if (message is JsonRpcRequest asked)
        {
            return DeferredResponse.From((starter, token) =>
                Exchange.AnswerAsync(_server, _options, asked, request, starter, token));
        }

        await Exchange.NotifyAsync(_server, _options, message, cancellationToken).ConfigureAwait(false);
        return Accepted;
    }

    private static JsonRpcMessageContext MakeContext(HttpRequest request)
    {
        JsonRpcMessageContext context = new() { ProtocolVersion = request.Headers[FieldNames.ProtocolVersion] };
        context.Items = Subscriptions.ItemsOf(request);
        if (RequestUser.Of(request) is { } user)
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "Pwb"));
        return context;
    }
}
