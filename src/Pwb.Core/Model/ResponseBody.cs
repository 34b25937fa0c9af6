using System.Text;
using Pwb.Model;

namespace Pwb;

/// <summary>
/// The content of a response. Use a factory, or derive a class of your own. The server disposes of a body once after each
/// response, HEAD included, so a body that holds resources serves one response.
/// </summary>
/// <example><code>
/// ResponseBody body = ResponseBody.Push(async (output, token) =&gt;
/// {
///     for (int i = 0; i &lt; 1000; i++) await output.WriteAsync("a line\n"u8.ToArray(), token);
/// });
/// </code></example>
public abstract class ResponseBody : IAsyncDisposable
{
    private const int CopyBufferSize = 64 * 1024;

    /// <summary>No content.</summary>
    public static ResponseBody Empty { get; } = new BytesBody(ReadOnlyMemory<byte>.Empty, "application/octet-stream");

    /// <summary>
    /// The exact number of bytes that <see cref="WriteToAsync"/> writes, sent as Content-Length. Null if it is unknown; the
    /// content is then chunked. Read when a response is made.
    /// </summary>
    public abstract long? Length { get; }

    /// <summary>The media type when the response does not say.</summary>
    internal virtual string DefaultContentType => "application/octet-stream";

    /// <summary>Bytes in memory, to be sent again and again.</summary>
    /// <param name="content">The bytes. They must not change afterwards.</param>
    public static ResponseBody From(ReadOnlyMemory<byte> content) =>
        content.IsEmpty ? Empty : new BytesBody(content, "application/octet-stream");

    /// <summary>Text, sent as UTF-8, to be sent again and again.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="content"/> is null.</exception>
    public static ResponseBody From(string content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return content.Length == 0 ? Empty : new BytesBody(Encoding.UTF8.GetBytes(content), "text/plain; charset=utf-8");
    }

    /// <summary>
    /// The rest of a stream, from its position to its end, sent with its length where that is known. The stream is disposed after
    /// the response.
    /// </summary>
    /// <param name="content">The stream, for one response.</param>
    /// <param name="length">
    /// The number of bytes in the stream. If it turns out to be wrong, the response fails as if reading had thrown. Null: the
    /// length that a seekable stream has now; bytes that are added later are not sent. Without a seekable stream, or if its
    /// length is 0, the length is unknown.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="content"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="content"/> cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    public static ResponseBody From(Stream content, long? length = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (!content.CanRead) throw new ArgumentException("The stream cannot be read.", nameof(content));
        if (length < 0) throw new ArgumentOutOfRangeException(nameof(length), length, "A length is not negative.");
        if (length is not null || !content.CanSeek) return new StreamBody(content, length, isCut: false);

        // The files of /proc say that they are empty, and are not.
        long rest = content.Length - content.Position;
        return rest > 0 ? new StreamBody(content, rest, isCut: true) : new StreamBody(content, null, isCut: false);
    }

    /// <summary>
    /// Content that a function writes while it is being sent. Flush the stream to send the written bytes at once. For server-sent
    /// events there is <c>ServerSentEvents</c>.
    /// </summary>
    /// <param name="write">
    /// Writes the content. If it throws, the connection is aborted, or the client gets a 500 if nothing has been sent yet.
    /// </param>
    /// <param name="length">
    /// The number of bytes that it will write, if known. If it writes another, the response fails as if it had thrown.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="write"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    public static ResponseBody Push(Func<Stream, CancellationToken, ValueTask> write, long? length = null)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (length < 0) throw new ArgumentOutOfRangeException(nameof(length), length, "A length is not negative.");
        return new PushBody(write, length);
    }

    /// <summary>
    /// Makes a body that writes through your own stream, for example to compress, count or encrypt. The new body owns the inner
    /// one and disposes of it.
    /// </summary>
    /// <param name="inner">The content as it is.</param>
    /// <param name="around">
    /// Makes the stream for <paramref name="inner"/> from the stream for the response's content, for each response anew. It is
    /// disposed of when the inner body has ended, so that it can write its end; it must not close the stream below it.
    /// </param>
    /// <param name="length">The number of bytes that come out, if known. Default: not known.</param>
    /// <exception cref="ArgumentNullException"><paramref name="inner"/> or <paramref name="around"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    /// <example><code>
    /// ResponseBody zipped =
    ///     ResponseBody.Wrap(body, output => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true));
    /// </code></example>
    public static ResponseBody Wrap(ResponseBody inner, Func<Stream, Stream> around, long? length = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(around);
        if (length < 0) throw new ArgumentOutOfRangeException(nameof(length), length, "A length is not negative.");
        return new WrappedBody(inner, around, length);
    }

    /// <summary>
    /// Gets the content of a body in memory, such as those of <see cref="From(ReadOnlyMemory{byte})"/> and
    /// <see cref="From(string)"/>. An outer handler that changes such content makes a body of the new bytes, which is then sent
    /// as fast as the old one.
    /// </summary>
    /// <param name="content">The bytes, which are not to be changed; empty if the body writes itself.</param>
    /// <returns>Whether the content is in memory.</returns>
    public bool TryGetMemory(out ReadOnlyMemory<byte> content)
    {
        content = Memory ?? default;
        return Memory is not null;
    }

    /// <summary>
    /// The trailer section (RFC 9110 §6.5), read after the content has been written. Default: none. The server sends it after
    /// chunked content only: not if <see cref="Length"/> is known, and not in HTTP/1.0. Name the fields in the response's Trailer
    /// field. Fields for framing, routing, or of the server's own make the response fail.
    /// </summary>
    public virtual IReadOnlyList<(string Name, string Value)> Trailers => [];

    /// <summary>Writes the content.</summary>
    /// <param name="output">
    /// The stream for the content. A write waits while the client is slow. The server flushes it at the end.
    /// </param>
    /// <param name="cancellationToken">Cancelled when the connection is aborted.</param>
    public abstract ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync() => default;

    /// <summary>Whether writing it, or disposing of it, runs code that is not this library's.</summary>
    internal virtual bool IsUserCode => true;

    /// <summary>
    /// The content, if it is in memory and can be copied to the wire. Not for users to override: any thread may read it.
    /// </summary>
    internal virtual ReadOnlyMemory<byte>? Memory => null;

    /// <summary>
    /// Makes a body of a part of this one, which belongs to the new one. Without an own way, the whole is written and only the
    /// part let through.
    /// </summary>
    /// <param name="offset">Where the part begins: within <see cref="Length"/>, which is known.</param>
    /// <param name="length">The number of bytes in it.</param>
    internal virtual ResponseBody Slice(long offset, long length) =>
        Wrap(this, output => new WindowStream(output, offset, length), length);

    /// <summary>Whether several parts can be made of it, to be written one after the other.</summary>
    internal virtual bool CanSeek => false;

    private sealed class BytesBody(ReadOnlyMemory<byte> content, string contentType) : ResponseBody
    {
        public override long? Length => content.Length;

        internal override string DefaultContentType => contentType;

        internal override bool IsUserCode => false;

        internal override ReadOnlyMemory<byte>? Memory => content;

        internal override bool CanSeek => true;

        public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) =>
            output.WriteAsync(content, cancellationToken);

        internal override ResponseBody Slice(long offset, long length) =>
            new BytesBody(content.Slice((int)offset, (int)length), contentType);
    }

    private sealed class StreamBody(Stream content, long? length, bool isCut, long? start = null) : ResponseBody
    {
        internal override bool CanSeek => content.CanSeek;

        public override long? Length => length;

        public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) =>
            CopyAsync(output, isCut ? length!.Value : long.MaxValue, cancellationToken);

        private static int PieceLength(Stream output) => output is IFileSink sink ? sink.PieceLength : CopyBufferSize;

        // A file that grows meanwhile, such as a log, is sent as long as declared. Bytes that were read go out before the next
        // read waits (D3).
        private async ValueTask CopyAsync(Stream output, long left, CancellationToken cancellationToken)
        {
            if (start is { } position) content.Position = position;
            byte[] buffer = new byte[Math.Min(left, PieceLength(output))];
            int read;
            for (; left > 0; left -= read)
            {
                Memory<byte> free = buffer.AsMemory(0, (int)Math.Min(left, buffer.Length));
                ValueTask<int> reading = content.ReadAsync(free, cancellationToken);
                if (!reading.IsCompleted) await output.FlushAsync(cancellationToken).ConfigureAwait(false);
                read = await reading.ConfigureAwait(false);
                if (read == 0) return; // if that is too short, the server sees it
                await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }

        internal override ResponseBody Slice(long offset, long partLength) => content.CanSeek
            ? new StreamBody(content, partLength, isCut: true, (start ?? content.Position) + offset)
            : base.Slice(offset, partLength);

        public override async ValueTask DisposeAsync()
        {
            await content.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class PushBody(Func<Stream, CancellationToken, ValueTask> write, long? length) : ResponseBody
    {
        public override long? Length => length;

        public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) =>
            write(output, cancellationToken);
    }

    private sealed class WrappedBody(ResponseBody inner, Func<Stream, Stream> around, long? length) : ResponseBody
    {
        public override long? Length => length;

        public override IReadOnlyList<(string Name, string Value)> Trailers => inner.Trailers;

        internal override string DefaultContentType => inner.DefaultContentType;

        public override async ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken)
        {
            Stream stream =
                around(output) ?? throw new InvalidOperationException("The function of ResponseBody.Wrap returned null.");
            await using (stream.ConfigureAwait(false)) await inner.WriteToAsync(stream, cancellationToken).ConfigureAwait(false);
        }

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }
}
