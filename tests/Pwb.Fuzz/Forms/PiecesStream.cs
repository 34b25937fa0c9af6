namespace Pwb.Fuzz.Forms;

/// <summary>Content that comes in pieces of up to so many bytes: always so many, or so many at random.</summary>
internal sealed class PiecesStream(byte[] content, int longest, FuzzRandom? random = null) : MemoryStream(content)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int length = random is null ? longest : 1 + random.Below(longest);
        return new(Read(buffer.Span[..Math.Min(buffer.Length, length)]));
    }
}
