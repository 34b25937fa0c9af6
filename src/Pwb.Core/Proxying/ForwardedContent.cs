using System.Buffers;
using System.Net;

namespace Pwb.Proxying;

/// <summary>The content of a request on its way to a target. Each piece goes out as soon as it has come.</summary>
/// <param name="body">The content.</param>
/// <param name="length">The length; null for chunked content.</param>
/// <param name="end">Called when all of the content is out.</param>
internal sealed class ForwardedContent(Stream body, long? length, Action end) : HttpContent
{
    private const int BufferLength = 16 * 1024;

    private bool _hasBegun;

    /// <summary>The failure of the client's side, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long computed)
    {
        computed = length ?? 0;
        return length is not null;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The client tries another connection if an idle one was just closed, but content that has been read cannot be read
        // again.
        if (_hasBegun) throw new IOException("The connection was closed while the request was being sent.");
        _hasBegun = true;

        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        while (true)
        {
            ValueTask<int> reading = body.ReadAsync(buffer, cancellationToken);
            if (!reading.IsCompleted) await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            int read = await ReadAsync(reading).ConfigureAwait(false);
            if (read == 0) break;
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }

        ArrayPool<byte>.Shared.Return(buffer); // not after a failure, when a read may be under way
        end();
    }

    private async ValueTask<int> ReadAsync(ValueTask<int> reading)
    {
        try
        {
            return await reading.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Failure = exception;
            throw;
        }
    }
}
