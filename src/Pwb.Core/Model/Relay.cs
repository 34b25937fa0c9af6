using System.Buffers;

namespace Pwb.Model;

/// <summary>Two connections that speak another protocol through this process.</summary>
internal static class Relay
{
    private const int BufferLength = 16 * 1024;

    /// <summary>Passes bytes on in both directions until one side ends.</summary>
    /// <param name="client">One side.</param>
    /// <param name="target">The other.</param>
    /// <param name="cancellationToken">Ends both.</param>
    public static async ValueTask RunAsync(Stream client, Stream target, CancellationToken cancellationToken)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task up = CopyAsync(client, target, end.Token), down = CopyAsync(target, client, end.Token);
        await Task.WhenAny(up, down).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(up, down).ConfigureAwait(false);
    }

    // When one side ends, the other learns it by the end of its connection: such protocols have a close of their own.
    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                await to.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            ArrayPool<byte>.Shared.Return(buffer); // not after a failure, when a read may be under way
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // This side is gone, or the other is.
        }
    }
}
