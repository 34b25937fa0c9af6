using System.Net;
using System.Runtime.InteropServices;
using Pwb.Platform;

namespace Pwb.Epoll;

/// <summary>An IP address with its port in the system's form. An object is made only on demand.</summary>
internal readonly struct PeerAddress
{
    private const int Length = 28; // struct sockaddr_in6

    private readonly ulong _first, _second, _third;
    private readonly uint _fourth;

    public PeerAddress(ReadOnlySpan<byte> address)
    {
        _first = MemoryMarshal.Read<ulong>(address);
        _second = MemoryMarshal.Read<ulong>(address[8..]);
        _third = MemoryMarshal.Read<ulong>(address[16..]);
        _fourth = MemoryMarshal.Read<uint>(address[24..]);
    }

    public IPEndPoint? ToEndPoint()
    {
        Span<byte> address = stackalloc byte[Length];
        MemoryMarshal.Write(address, _first);
        MemoryMarshal.Write(address[8..], _second);
        MemoryMarshal.Write(address[16..], _third);
        MemoryMarshal.Write(address[24..], _fourth);
        return LinuxStreams.ReadIp(address);
    }
}
