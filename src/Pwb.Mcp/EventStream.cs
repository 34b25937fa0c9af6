using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Pwb.Mcp;

/// <summary>
/// Where the SDK writes a response: each event with one write and one flush. The response begins with the first message, whose
/// kind decides the status; an error that comes first is sent as JSON alone. Comments go out while the SDK is silent.
/// </summary>
/// <param name="starter">Starts the response.</param>
/// <param name="heartbeat">The greatest silence.</param>
/// <param name="clock">The clock that it is measured by.</param>
internal sealed class EventStream(ResponseStarter starter, TimeSpan heartbeat, TimeProvider clock) : Stream
{
    private static readonly byte[] Comment = ":\n\n"u8.ToArray();

    private static readonly HttpResponse Events = new(
        200, null, ("Content-Type", "text/event-stream"), ("Cache-Control", "no-cache"), ("X-Accel-Buffering", "no"));

    private readonly SemaphoreSlim _gate = new(1, 1); // a response takes one write at a time
    private Stream? _output;
    private long _since = clock.GetTimestamp();
    private bool _isOver; // later writes of the SDK are dropped

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Starts the response, unless a comment has. The SDK calls it before its first write.</summary>
    /// <param name="first">The first message; null if it is not known yet.</param>
    public async ValueTask StartAsync(JsonRpcMessage? first)
    {
        using Gate gate = await EnterAsync(CancellationToken.None).ConfigureAwait(false);
        if (_output is not null) return;
        if (first is JsonRpcError error) await WriteJsonAsync(error, CancellationToken.None).ConfigureAwait(false);
        else _output = starter.Start(Events);
    }

    /// <summary>Ends the response with an error.</summary>
    public async ValueTask EndWithAsync(JsonRpcError error, CancellationToken cancellationToken)
    {
        using Gate gate = await EnterAsync(cancellationToken).ConfigureAwait(false);
        if (_isOver) return;
        if (_output is null)
        {
            await WriteJsonAsync(error, cancellationToken).ConfigureAwait(false);
            return;
        }

        _isOver = true;
        byte[] content = [.. "event: message\ndata: "u8, .. Render(error), .. "\n\n"u8];
        await _output.WriteAsync(content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a comment whenever there was silence for long, until the SDK has written the response.</summary>
    public async ValueTask KeepAliveUntilAsync(Task written, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        while (!written.IsCompleted && heartbeat != Timeout.InfiniteTimeSpan)
        {
            TimeSpan rest = heartbeat - clock.GetElapsedTime(Interlocked.Read(ref _since));
            if (rest <= TimeSpan.Zero) await BeatAsync(cancellationToken).ConfigureAwait(false);
            else await Task.WhenAny(written, Task.Delay(rest, clock, over.Token)).ConfigureAwait(false);
        }

        await over.CancelAsync().ConfigureAwait(false); // the timer
        await written.ConfigureAwait(false);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using Gate gate = await EnterAsync(cancellationToken).ConfigureAwait(false);
        if (_isOver) return;
        _output ??= starter.Start(Events);
        await _output.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        using Gate gate = await EnterAsync(cancellationToken).ConfigureAwait(false);
        if (_isOver) return;
        _output ??= starter.Start(Events);
        await _output.FlushAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _since, clock.GetTimestamp());
    }

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _gate.Dispose();
        base.Dispose(disposing);
    }

    private static byte[] Render(JsonRpcError error) =>
        JsonSerializer.SerializeToUtf8Bytes<JsonRpcMessage>(error, MessageReading.TypeInfo);

    // SEP-2575 gives these errors a status of their own. With any other, the request did get where it was to go.
    private static int StatusOf(JsonRpcError error) => (McpErrorCode)error.Error.Code switch
    {
        McpErrorCode.MethodNotFound => 404,
        McpErrorCode.HeaderMismatch => 400,
        McpErrorCode.MissingRequiredClientCapability => 400,
        McpErrorCode.UnsupportedProtocolVersion => 400,
        _ => 200,
    };

    private async ValueTask WriteJsonAsync(JsonRpcError error, CancellationToken cancellationToken)
    {
        _isOver = true;
        _output = starter.Start(new HttpResponse(StatusOf(error), null, ("Content-Type", "application/json")));
        await _output.WriteAsync(Render(error), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask BeatAsync(CancellationToken cancellationToken)
    {
        using (await EnterAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_isOver) return;
            _output ??= starter.Start(Events);
            await _output.WriteAsync(Comment, cancellationToken).ConfigureAwait(false);
            await _output.FlushAsync(cancellationToken).ConfigureAwait(false);
            Interlocked.Exchange(ref _since, clock.GetTimestamp());
        }
    }

    private async ValueTask<Gate> EnterAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Gate(_gate);
    }

    private readonly struct Gate(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}
