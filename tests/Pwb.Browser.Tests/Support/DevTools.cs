using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pwb.Browser.Support;

/// <summary>A client of the browser's DevTools protocol: commands, their results, and events, over one WebSocket.</summary>
internal sealed class DevTools : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonObject>> _pending = new();
    private readonly ConcurrentDictionary<string, Action<string, JsonObject>> _listeners = new(StringComparer.Ordinal);
    private Task _receiving = Task.CompletedTask;
    private int _lastId;

    private DevTools()
    {
    }

    public static async Task<DevTools> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        DevTools devTools = new();
        await devTools._socket.ConnectAsync(address, cancellationToken);
        devTools._receiving = devTools.ReceiveAsync();
        return devTools;
    }

    /// <summary>Has the events of a session go to a listener, name and parameters, one after the other.</summary>
    public void Listen(string session, Action<string, JsonObject> listener) => _listeners[session] = listener;

    public async Task<JsonObject> SendAsync(
        string method, JsonObject? parameters, string? session, CancellationToken cancellationToken)
    {
        int id = Interlocked.Increment(ref _lastId);
        TaskCompletionSource<JsonObject> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = result;

        JsonObject command = new() { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null) command["sessionId"] = session;
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await _socket.SendAsync(
                JsonSerializer.SerializeToUtf8Bytes(command), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }

        return await result.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _receiving;
        _socket.Dispose();
        _sending.Dispose();
        _ending.Dispose();
    }

    private async Task ReceiveAsync()
    {
        try
        {
            ArrayBufferWriter<byte> message = new();
            while (true)
            {
                ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(message.GetMemory(64 * 1024), _ending.Token);
                if (part.MessageType == WebSocketMessageType.Close) break;
                message.Advance(part.Count);
                if (!part.EndOfMessage) continue;
                Dispatch(JsonNode.Parse(message.WrittenSpan)!.AsObject());
                message.ResetWrittenCount();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The browser is gone, or we are going: whoever still waits for it learns so below.
        }

        foreach (TaskCompletionSource<JsonObject> pending in _pending.Values)
            pending.TrySetException(new IOException("The browser has closed the connection."));
    }

    private void Dispatch(JsonObject message)
    {
        if (message["id"] is not { } id)
        {
            if (_listeners.TryGetValue((string?)message["sessionId"] ?? "", out Action<string, JsonObject>? listener))
                listener((string)message["method"]!, message["params"]!.AsObject());
        }
        else if (_pending.TryRemove((int)id, out TaskCompletionSource<JsonObject>? result))
        {
            if (message["error"] is { } error) result.TrySetException(new InvalidOperationException(error.ToJsonString()));
            else result.TrySetResult(message["result"]!.AsObject());
        }
    }
}
