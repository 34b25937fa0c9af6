using System.Runtime.InteropServices;

namespace Pwb.Platform;

/// <summary>
/// An array of struct epoll_event (epoll_ctl(2)): 32 bits of events and 64 of data. On x86-64 it is packed, so that programs of
/// 32 bits have the same; everywhere else the data is aligned.
/// </summary>
/// <param name="capacity">The greatest number of events.</param>
/// <param name="architecture">Whose layout it has.</param>
internal readonly struct EpollEvents(int capacity, Architecture architecture)
{
    private readonly byte[] _bytes = GC.AllocateArray<byte>(capacity * SizeOn(architecture), pinned: true);
    private readonly int _size = SizeOn(architecture);
    private readonly int _dataOffset = SizeOn(architecture) - sizeof(ulong);

    /// <summary>All of it, for the system.</summary>
    public Span<byte> Bytes => _bytes;

    public int Capacity => _bytes.Length / _size;

    /// <summary>The events and the owners of their descriptors.</summary>
    public (uint Events, ulong Data) this[int index]
    {
        get
        {
            ReadOnlySpan<byte> bytes = _bytes.AsSpan(index * _size, _size);
            return (MemoryMarshal.Read<uint>(bytes), MemoryMarshal.Read<ulong>(bytes[_dataOffset..]));
        }
    }

    /// <summary>Writes one.</summary>
    /// <returns>The number of its bytes.</returns>
    public static int Write(Span<byte> destination, uint events, ulong data, Architecture architecture)
    {
        int size = SizeOn(architecture);
        MemoryMarshal.Write(destination, events);
        MemoryMarshal.Write(destination[(size - sizeof(ulong))..], data);
        return size;
    }

    private static int SizeOn(Architecture architecture) => architecture == Architecture.X64 ? 12 : 16;
}
