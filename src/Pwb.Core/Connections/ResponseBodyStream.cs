using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Pwb.Protocol;

namespace Pwb.Connections;

/// <summary>Takes the content of one response from its body, frames it, and sees to it that it is neither short nor long.</summary>
internal sealed class ResponseBodyStream(ConnectionOutput output, ContentFraming framing, long? length) : Stream, IFileSink
{
    // Content up to this size is gathered with what is pending; larger content is sent from where it is.
    private const int MaxGathered = 16 * 1024;

    private bool _isClosed;
    private bool _isTooLong; // a body that swallows the exception does not make its content whole

    /// <summary>Bytes of content written so far.</summary>
    public long Written { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => !_isClosed;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => Written;
        set => throw new NotSupportedException();
    }

    public bool CanSendFiles => output.CanSendFiles && framing == ContentFraming.Sized;

    /// <summary>The body has written everything: ends the content.</summary>
    /// <exception cref="InvalidOperationException">The body has written less than it said, or tried to write more.</exception>
    public void Complete()
    {
        if (length > Written) throw new InvalidOperationException($"The body said that it has {length} bytes, and wrote {Written}.");
        if (_isTooLong) throw new InvalidOperationException($"The body said that it has {length} bytes, and wrote more.");
        if (framing == ContentFraming.Chunked) output.Buffer.Append("0\r\n\r\n"u8);
    }

    /// <summary>The response is over: whoever kept the stream gets an exception, and does not write into another response.</summary>
    public void EndResponse() => _isClosed = true;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (buffer.IsEmpty) return; // a chunk of no bytes would end the content
        Count(buffer.Length);
        if (framing == ContentFraming.Chunked) AppendChunkSize(buffer.Length);
        if (buffer.Length <= MaxGathered)
        {
            if (output.Buffer.Length + buffer.Length > SendBuffer.MaxLength) await output.FlushAsync().ConfigureAwait(false);
            output.Buffer.Append(buffer.Span);
        }
        else
        {
            await output.SendAsync(buffer).ConfigureAwait(false);
        }

        if (framing == ContentFraming.Chunked) output.Buffer.Append("\r\n"u8);
    }

    public ValueTask SendFileAsync(FileStream file, long offset, long count)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        Count(count);
        return output.SendFileAsync(file, offset, count);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        return output.FlushAsync().AsTask();
    }

    // Writing without async blocks the body's own thread and nobody else's.
#pragma warning disable VSTHRD002 // a synchronous write has no other way to wait
    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush() => FlushAsync(CancellationToken.None).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Count(long count)
    {
        if (length - Written < count)
        {
            _isTooLong = true;
            throw new InvalidOperationException($"The body said that it has {length} bytes, and writes more.");
        }

        Written += count;
    }

    private void AppendChunkSize(int size)
    {
        Span<byte> destination = output.Buffer.GetSpan(10); // eight digits and CRLF
        Utf8Formatter.TryFormat(size, destination, out int digits, 'x');
        "\r\n"u8.CopyTo(destination[digits..]);
        output.Buffer.Advance(digits + 2);
    }
}
