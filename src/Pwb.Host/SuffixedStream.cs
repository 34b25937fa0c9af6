namespace Pwb.Host;

/// <summary>Content with something behind it.</summary>
/// <param name="content">The content, which can be sought in, and belongs to this.</param>
/// <param name="length">The length of the file to send; bytes that are added later are not sent.</param>
/// <param name="suffix">The suffix.</param>
internal sealed class SuffixedStream(Stream content, long length, byte[] suffix) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length + suffix.Length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        int read;
        if (Position < length)
        {
            content.Position = Position;
            read = content.Read(buffer[..(int)Math.Min(buffer.Length, length - Position)]);
        }
        else
        {
            var rest = suffix.AsSpan((int)Math.Min(Position - length, suffix.Length));
            read = Math.Min(rest.Length, buffer.Length);
            rest[..read].CopyTo(buffer);
        }

        Position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    // As the library reads a folder's files: on most systems, to read them asynchronously is to have another thread do the same.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Current => Position,
        SeekOrigin.End => Length,
        _ => 0,
    };

    public override void Flush()
    {
        // There is nothing to write.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            content.Dispose();
        base.Dispose(disposing);
    }
}
