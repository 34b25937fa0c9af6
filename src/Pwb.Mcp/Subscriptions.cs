using System.Collections.Concurrent;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Pwb.Mcp;

/// <summary>All clients that listen for changes: <c>subscriptions/listen</c>. The SDK supports this for sessions only.</summary>
internal sealed class Subscriptions
{
    private const string StoppingItem = "Pwb.Mcp.Stopping";

    private readonly ConcurrentDictionary<Subscription, bool> _open = new();

    private Subscriptions(McpServerOptions server)
    {
        if (server.ToolCollection is { } tools)
            tools.Changed += (_, _) => ListChanged(NotificationMethods.ToolListChangedNotification);
        if (server.PromptCollection is { } prompts)
            prompts.Changed += (_, _) => ListChanged(NotificationMethods.PromptListChangedNotification);
        if (server.ResourceCollection is { } resources)
            resources.Changed += (_, _) => ListChanged(NotificationMethods.ResourceListChangedNotification);
    }

    /// <summary>Has subscriptions to a server served here.</summary>
    /// <returns>The listening clients; null if the options have a handler of their own.</returns>
    public static Subscriptions? Of(McpServerOptions server)
    {
        McpServerHandlers handlers = server.Handlers;
        if (handlers.SubscriptionsListenHandler is { } known) return known.Target as Subscriptions;

        Subscriptions subscriptions = new(server);
        handlers.SubscriptionsListenHandler = subscriptions.ServeAsync;
        return subscriptions;
    }

    /// <summary>Travels with a message, so that a subscription learns of the server's stop.</summary>
    public static Dictionary<string, object?> ItemsOf(HttpRequest request) => new(StringComparer.Ordinal)
    {
        [StoppingItem] = request.Stopping,
    };

    /// <summary>Tells who listens for it that a resource has changed.</summary>
    public void ResourceUpdated(string uri)
    {
        foreach ((Subscription subscription, _) in _open)
        {
            if (subscription.HasResource(uri)) subscription.Add(NotificationMethods.ResourceUpdatedNotification, uri);
        }
    }

    private void ListChanged(string method)
    {
        foreach ((Subscription subscription, _) in _open)
        {
            if (subscription.HasList(method)) subscription.Add(method, null);
        }
    }

    private async ValueTask<EmptyResult> ServeAsync(
        RequestContext<SubscriptionsListenRequestParams> context, CancellationToken cancellationToken)
    {
        CancellationToken stopping = context.Items.TryGetValue(StoppingItem, out object? item) && item is CancellationToken token
            ? token
            : CancellationToken.None;
        Subscription subscription = new(context);
        _open[subscription] = true;
        try
        {
            return await subscription.RunAsync(stopping, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _open.TryRemove(subscription, out _);
        }
    }
}
