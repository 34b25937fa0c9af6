using System.Buffers;

namespace Pwb.StaticFiles;

/// <summary>Part of an open file, or all of it, for one response.</summary>
/// <param name="content">The file, which now belongs to the body.</param>
/// <param name="offset">Where the part begins.</param>
/// <param name="length">The number of bytes in it.</param>
internal sealed class FileBody(Stream content, long offset, long length) : ResponseBody
{
    private const int BufferSize = 64 * 1024;

    public override long? Length => length;

    /// <exception cref="IOException">The file has become shorter, or cannot be read.</exception>
    public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken)
    {
        bool isForTheSystem = content is FileStream && output is IFileSink { CanSendFiles: true };
        return isForTheSystem ? ((IFileSink)output).SendFileAsync((FileStream)content, offset, length) : CopyAsync(output, cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await content.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask CopyAsync(Stream output, CancellationToken cancellationToken)
    {
        content.Position = offset;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int read;
            for (long left = length; left > 0; left -= read)
            {
                read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken).ConfigureAwait(false);
                if (read == 0) throw new IOException($"The file has become shorter: {left} bytes of {length} were missing at {offset}.");
                await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
