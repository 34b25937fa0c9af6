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

    // When one side ends, the other learns it by the end of its connection: such protocols have a close of their own. A side that
    // takes no more may have said something before: RFC 9110 §9.3.6 has that sent on. What comes for it is dropped until it ends.
    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            bool isTaken = true;
            int read;
            while ((read = await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                isTaken = isTaken && await TryWriteAsync(to, buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);

            if (isTaken) ArrayPool<byte>.Shared.Return(buffer); // not after a failure, when a read or a write may be under way
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // This side is gone, or both are to end.
        }
    }

    private static async ValueTask<bool> TryWriteAsync(Stream to, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await to.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            await to.FlushAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return false;
        }
    }
}
