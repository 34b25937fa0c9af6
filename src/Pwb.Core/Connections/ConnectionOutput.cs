using System.Runtime.CompilerServices;

namespace Pwb.Connections;

/// <summary>Gathers what is to be sent, and sends it within its deadline.</summary>
internal sealed class ConnectionOutput(HttpConnection connection, ConnectionContext context)
{
    // Large content goes out in slices of this size, each of which is progress.
    private const int SliceSize = 64 * 1024;

    public SendBuffer Buffer { get; } = new();

    /// <summary>How often something was sent. What was appended since the count was the same can still be taken back.</summary>
    public int SendCount { get; private set; }

    /// <summary>Whether sending has failed, so that everything from now on will.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Sends what is pending, if anything is.</summary>
    public ValueTask FlushAsync() => Buffer.Length == 0 ? default : FlushPendingAsync();

    /// <summary>Sends what is pending, and then these bytes without copying them.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await FlushAsync().ConfigureAwait(false);
        for (int sent = 0; sent < bytes.Length; sent += SliceSize)
        {
            await WriteAsync(bytes.Slice(sent, Math.Min(SliceSize, bytes.Length - sent))).ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FlushPendingAsync()
    {
        await WriteAsync(Buffer.Pending).ConfigureAwait(false);
        Buffer.Truncate(0);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        SendCount++;
        HasFailed = true; // until it has succeeded

        // No token: a write that is given up half-way leaves nothing that could be continued, so only an abort ends it.
        ValueTask sending = connection.Stream.WriteAsync(bytes, CancellationToken.None);
        if (!sending.IsCompleted) connection.BeginWait(Wait.Response, context.Clock.After(context.Limits.ResponseTimeout));
        try
        {
            await sending.ConfigureAwait(false);
        }
        finally
        {
            connection.EndWait();
        }

        HasFailed = false;
    }
}
