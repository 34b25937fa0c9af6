using System.Buffers;

namespace Pwb.Channels;

/// <summary>
/// The bytes for the next write. The buffer rents its array when there is something to send. A struct, because each object of an
/// idle connection counts.
/// </summary>
internal struct SendBuffer()
{
    /// <summary>The greatest number of bytes gathered for one write. Beyond it, the gathered bytes go out first.</summary>
    public const int MaxLength = 64 * 1024;

    private const int InitialSize = 8 * 1024;

    private byte[] _array = [];

    public int Length { readonly get; private set; }

    public readonly ReadOnlyMemory<byte> Pending => _array.AsMemory(0, Length);

    /// <summary>Room for at least that many bytes behind the pending ones.</summary>
    public Span<byte> GetSpan(int length)
    {
        if (_array.Length - Length < length) Grow(Length + length);
        return _array.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Removes the bytes that were appended since the buffer had that length.</summary>
    public void Truncate(int length) => Length = length;

    public void Release()
    {
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        Abandon();
    }

    /// <summary>Forgets the array without returning it, since an operation or user code may still hold it.</summary>
    public void Abandon()
    {
        _array = [];
        Length = 0;
    }

    private void Grow(int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(InitialSize, needed));
        Pending.Span.CopyTo(larger);
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
