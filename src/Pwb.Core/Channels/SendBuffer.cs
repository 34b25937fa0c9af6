using System.Buffers;

namespace Pwb.Channels;

/// <summary>
/// The bytes that are to be sent with the next write. It rents its array when there is something to send. Part of its
/// channel: a struct, because each object that an idle connection has counts.
/// </summary>
internal struct SendBuffer()
{
    /// <summary>How much is gathered for one write. Beyond, what is there goes out first.</summary>
    public const int MaxLength = 64 * 1024;

    private const int InitialSize = 8 * 1024;

    private byte[] _array = [];

    public int Length { readonly get; private set; }

    public readonly ReadOnlyMemory<byte> Pending => _array.AsMemory(0, Length);

    /// <summary>Room for at least that many bytes behind those that are pending.</summary>
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

    /// <summary>Takes back what was appended since the buffer had that length.</summary>
    public void Truncate(int length) => Length = length;

    public void Release()
    {
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        Abandon();
    }

    /// <summary>Forgets the array without giving it back: an operation, or user code, may still hold it.</summary>
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
