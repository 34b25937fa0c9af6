using System.Buffers;
using Pwb.Model;
using Pwb.Platform;

namespace Pwb.StaticFiles;

/// <summary>Part of an open file or of its copy in memory, or all of it, for one response.</summary>
/// <remarks>
/// The system sends a file by reference to its pages in memory. They lie in the sender's socket until they are acknowledged and,
/// on the same machine, in the receiver's until they are read. If the file is cut meanwhile, they become zeros, in a response of
/// full length. So the last part of a file is copied: more than both sockets can hold, so that everything by reference has
/// arrived before the last piece. After each piece, the open file is compared with the state that the response describes.
/// </remarks>
/// <param name="content">The file or its copy, which now belongs to the body.</param>
/// <param name="offset">Where the part begins.</param>
/// <param name="length">The number of bytes in it.</param>
internal sealed class FileBody(Stream content, long offset, long length) : ResponseBody
{
    private const int PieceLength = 64 * 1024;

    // The longest time between the change of a file's time and that of its length, when bytes are appended.
    private static readonly TimeSpan AddingTime = TimeSpan.FromMilliseconds(50);

    public override long? Length => length;

    /// <exception cref="IOException">The file was cut or overwritten, or cannot be read.</exception>
    public override async ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken)
    {
        if (content is LentContent lent)
        {
            await output.WriteAsync(lent.Bytes.Slice((int)offset, (int)length), cancellationToken).ConfigureAwait(false);
            return;
        }

        long sent = 0;
        long copied = TcpBuffers.MaxLength;
        if (length > copied && content is ContentStream file && output is IFileSink { CanSendFiles: true } sink)
        {
            sent = length - copied;
            await sink.SendFileAsync(file, offset, sent).ConfigureAwait(false);
        }

        await CopyAsync(output, sent, cancellationToken).ConfigureAwait(false);
    }

    internal override bool CanSeek => true;

    internal override ResponseBody Slice(long partOffset, long partLength) =>
        new FileBody(content, offset + partOffset, partLength);

    public override async ValueTask DisposeAsync()
    {
        await content.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask CopyAsync(Stream output, long sent, CancellationToken cancellationToken)
    {
        content.Position = offset + sent;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(output is IFileSink sink ? sink.PieceLength : PieceLength);
        while (sent < length)
        {
            Memory<byte> piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - sent));

            // A folder's file is read here and now: on most systems, to read it asynchronously is to have another thread do
            // the same.
            int read = content is ContentStream
                ? content.Read(piece.Span)
                : await content.ReadAsync(piece, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new IOException(
                    $"The file has become shorter: {length - sent} bytes of {length} were missing at {offset}.");
            }

            if (content is ContentStream file)
                await CheckAsync(file, isLast: sent + read == length, cancellationToken).ConfigureAwait(false);
            await output.WriteAsync(piece[..read], cancellationToken).ConfigureAwait(false);
            sent += read;
        }

        ArrayPool<byte>.Shared.Return(buffer); // not after a failure: a user's stream may still hold it
    }

    // The last piece makes the response whole: no later than that it has to be sure.
    private static async ValueTask CheckAsync(ContentStream file, bool isLast, CancellationToken cancellationToken)
    {
        ContentChange change = file.Compare();
        if (change == ContentChange.Written && isLast)
        {
            await Task.Delay(AddingTime, cancellationToken).ConfigureAwait(false);
            change = file.Compare();
        }

        if (change == ContentChange.Cut || (change == ContentChange.Written && isLast))
            throw new IOException("The file was changed while it was sent.");
    }
}
