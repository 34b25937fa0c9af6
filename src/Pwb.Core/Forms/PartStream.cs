using Pwb.Model;

namespace Pwb.Forms;

/// <summary>The content of one part. It throws once the next part is read.</summary>
internal sealed class PartStream(MultipartSource source) : ForwardStream
{
    private readonly int _part = source.Part;

    public override bool CanRead => true;

    public override long Length => throw new NotSupportedException("A form does not say how long its parts are.");

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(source.Part != _part, this);
        return source.ReadBodyAsync(buffer, cancellationToken);
    }
}
