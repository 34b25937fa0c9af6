using System.Text;

namespace Pwb;

/// <summary>
/// The content of a response. Derive from it for content of your own, or use one of the factories. It is disposed once after
/// each response that it was sent with (or would have been: HEAD), so one that holds resources serves one response.
/// </summary>
public abstract class ResponseBody : IAsyncDisposable
{
    private const int CopyBufferSize = 64 * 1024;

    /// <summary>No content.</summary>
    public static ResponseBody Empty { get; } = new BytesBody(ReadOnlyMemory<byte>.Empty, "application/octet-stream");

    /// <summary>
    /// The exact number of bytes that <see cref="WriteToAsync"/> will write, sent as Content-Length; null when it is not known, and the
    /// content is then sent in chunks. Read when a response is made with it.
    /// </summary>
    public abstract long? Length { get; }

    /// <summary>The media type when the response does not say.</summary>
    internal virtual string DefaultContentType => "application/octet-stream";

    /// <summary>Bytes in memory, to be sent again and again.</summary>
    /// <param name="content">The bytes. They must not change afterwards.</param>
    public static ResponseBody From(ReadOnlyMemory<byte> content) => content.IsEmpty ? Empty : new BytesBody(content, "application/octet-stream");

    /// <summary>Text, sent as UTF-8, to be sent again and again.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="content"/> is null.</exception>
    public static ResponseBody From(string content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return content.Length == 0 ? Empty : new BytesBody(Encoding.UTF8.GetBytes(content), "text/plain; charset=utf-8");
    }

    /// <summary>The rest of a stream, from its position to its end. The stream is disposed after the response.</summary>
    /// <param name="content">The stream, for one response.</param>
    /// <param name="length">The number of bytes in it, if known. If it turns out to be another, the response fails as if reading had thrown.</param>
    /// <exception cref="ArgumentNullException"><paramref name="content"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="content"/> cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    public static ResponseBody From(Stream content, long? length = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (!content.CanRead) throw new ArgumentException("The stream cannot be read.", nameof(content));
        if (length < 0) throw new ArgumentOutOfRangeException(nameof(length), length, "A length is not negative.");
        return new StreamBody(content, length);
    }

    /// <summary>
    /// Content that a function writes while it is being sent. Flush the stream to push what has been written
    /// to the client at once, as for server-sent events.
    /// </summary>
    /// <param name="write">Writes the content. If it throws, the connection is aborted, or the client gets a 500 if nothing has been sent yet.</param>
    /// <param name="length">The number of bytes that it will write, if known. If it writes another, the response fails as if it had thrown.</param>
    /// <exception cref="ArgumentNullException"><paramref name="write"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    public static ResponseBody Push(Func<Stream, CancellationToken, ValueTask> write, long? length = null)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (length < 0) throw new ArgumentOutOfRangeException(nameof(length), length, "A length is not negative.");
        return new PushBody(write, length);
    }

    /// <summary>Writes the content.</summary>
    /// <param name="output">Takes the content and sends it. A write waits while the client is slow. It is flushed at the end by the server.</param>
    /// <param name="cancellationToken">Cancelled when the connection is aborted.</param>
    public abstract ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync() => default;

    /// <summary>Whether writing it, or disposing of it, runs code that is not this library's.</summary>
    internal virtual bool IsUserCode => true;

    /// <summary>The content, if it is in memory and can be copied to the wire as it is.</summary>
    internal virtual bool TryGetBytes(out ReadOnlyMemory<byte> content)
    {
        content = default;
        return false;
    }

    private sealed class BytesBody(ReadOnlyMemory<byte> content, string contentType) : ResponseBody
    {
        public override long? Length => content.Length;

        internal override string DefaultContentType => contentType;

        internal override bool IsUserCode => false;

        public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) => output.WriteAsync(content, cancellationToken);

        internal override bool TryGetBytes(out ReadOnlyMemory<byte> bytes)
        {
            bytes = content;
            return true;
        }
    }

    private sealed class StreamBody(Stream content, long? length) : ResponseBody
    {
        public override long? Length => length;

        public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) =>
            new(content.CopyToAsync(output, CopyBufferSize, cancellationToken));

        public override async ValueTask DisposeAsync()
        {
            await content.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class PushBody(Func<Stream, CancellationToken, ValueTask> write, long? length) : ResponseBody
    {
        public override long? Length => length;

        public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) => write(output, cancellationToken);
    }
}
