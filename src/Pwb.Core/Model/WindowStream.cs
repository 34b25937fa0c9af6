namespace Pwb.Model;

/// <summary>Lets a range of the written bytes through, and drops the rest.</summary>
/// <param name="output">Gets the part.</param>
/// <param name="skipped">The number of bytes in front of the part.</param>
/// <param name="length">The number of bytes in the part.</param>
internal sealed class WindowStream(Stream output, long skipped, long length) : ForwardStream
{
    private long _skipped = skipped;
    private long _left = length;

    public override bool CanWrite => true;

    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        output.Write(Part(buffer.AsMemory(offset, count)).Span);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ReadOnlyMemory<byte> part = Part(buffer);
        return part.IsEmpty ? default : output.WriteAsync(part, cancellationToken);
    }

    public override void Flush() => output.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);

    private ReadOnlyMemory<byte> Part(ReadOnlyMemory<byte> buffer)
    {
        int passed = (int)Math.Min(_skipped, buffer.Length);
        _skipped -= passed;
        int taken = (int)Math.Min(_left, buffer.Length - passed);
        _left -= taken;
        return buffer.Slice(passed, taken);
    }
}
