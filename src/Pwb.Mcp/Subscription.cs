using System.Text.Json.Nodes;
using System.Threading.Channels;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Pwb.Mcp;

/// <summary>
/// One listening client. Pending notices wait here, each once, so that a slow client takes no more memory than its subscription
/// is long.
/// </summary>
internal sealed class Subscription
{
    private readonly McpServer _server;
    private readonly RequestId _id;
    private readonly SubscriptionsListenNotifications _granted;
    private readonly HashSet<string> _resources;
    private readonly Lock _lock = new();
    private readonly HashSet<(string Method, string? Uri)> _pending = [];
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public Subscription(RequestContext<SubscriptionsListenRequestParams> context)
    {
        _server = context.Server;
        _id = context.JsonRpcRequest.Id;
        _granted = Grant(context.Params.Notifications, context.Server.ServerOptions);
        _resources = new HashSet<string>(_granted.ResourceSubscriptions ?? [], StringComparer.Ordinal);
    }

    /// <summary>Whether the client is told when a list changes.</summary>
    /// <param name="method">The notification that says so.</param>
    public bool HasList(string method) => method switch
    {
        NotificationMethods.ToolListChangedNotification => _granted.ToolsListChanged is true,
        NotificationMethods.PromptListChangedNotification => _granted.PromptsListChanged is true,
        NotificationMethods.ResourceListChangedNotification => _granted.ResourcesListChanged is true,
        _ => false,
    };

    /// <summary>Whether the client is told when a resource changes.</summary>
    public bool HasResource(string uri) => _resources.Contains(uri);

    /// <summary>Has the client told something, unless it waits to be told the same.</summary>
    public void Add(string method, string? uri)
    {
        lock (_lock) _pending.Add((method, uri));
        _signal.Writer.TryWrite(true);
    }

    /// <summary>Tells the client, until it has gone or the server begins to stop.</summary>
    /// <returns>The result that ends a subscription in good order.</returns>
    public async ValueTask<EmptyResult> RunAsync(CancellationToken stopping, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        try
        {
            await SendAsync(
                NotificationMethods.SubscriptionsAcknowledgedNotification,
                new JsonObject { ["notifications"] = RenderGranted() },
                cancellationToken).ConfigureAwait(false);
            while (true)
            {
                await _signal.Reader.ReadAsync(ending.Token).ConfigureAwait(false);
                foreach ((string method, string? uri) in TakePending())
                {
                    JsonObject parameters = uri is null ? [] : new JsonObject { ["uri"] = uri };
                    await SendAsync(method, parameters, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new EmptyResult { ResultType = "complete", Meta = MakeMeta() };
        }
    }

    // The server promises only the notices that it can give.
    private static SubscriptionsListenNotifications Grant(
        SubscriptionsListenNotifications asked, McpServerOptions server) => new()
        {
            ToolsListChanged = asked.ToolsListChanged is true && server.ToolCollection is not null ? true : null,
            PromptsListChanged = asked.PromptsListChanged is true && server.PromptCollection is not null ? true : null,
            ResourcesListChanged = asked.ResourcesListChanged is true && server.ResourceCollection is not null ? true : null,
            ResourceSubscriptions = server.Capabilities?.Resources?.Subscribe is true ? asked.ResourceSubscriptions : null,
        };

    private JsonObject RenderGranted()
    {
        JsonObject granted = [];
        if (_granted.ToolsListChanged is true) granted["toolsListChanged"] = true;
        if (_granted.PromptsListChanged is true) granted["promptsListChanged"] = true;
        if (_granted.ResourcesListChanged is true) granted["resourcesListChanged"] = true;
        if (_granted.ResourceSubscriptions is { } uris)
        {
            JsonArray list = [];
            foreach (string uri in uris) list.Add((JsonNode)uri);
            granted["resourceSubscriptions"] = list;
        }

        return granted;
    }

    private (string Method, string? Uri)[] TakePending()
    {
        lock (_lock)
        {
            (string, string?)[] taken = [.. _pending];
            _pending.Clear();
            return taken;
        }
    }

    private JsonObject MakeMeta() => new()
    {
        [FieldNames.MetaSubscriptionId] = _id.Id is long number ? JsonValue.Create(number) : JsonValue.Create((string)_id.Id!),
    };

    private Task SendAsync(string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        parameters[FieldNames.Meta] = MakeMeta();
        return _server.SendMessageAsync(new JsonRpcNotification { Method = method, Params = parameters }, cancellationToken);
    }
}
