using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Pwb.Platform;

/// <summary>The socket options of Linux that .NET has no name for. &lt;linux/tcp.h&gt;, &lt;sys/socket.h&gt;</summary>
internal static class LinuxSockets
{
    private const int Tcp = 6, TcpDeferAccept = 9, TcpInfo = 11, SocketLevel = 1, PeerCredentials = 17;

    // One second is the least that the kernel can count; after it a silent client is shown all the same.
    private const int DeferSeconds = 1;

    private const int AckedOffset = 120; // tcpi_bytes_acked of struct tcp_info

    /// <summary>Has a listener show clients only when they have sent something.</summary>
    /// <exception cref="SocketException">The system refuses.</exception>
    public static void DeferAccept(Socket listener) =>
        listener.SetRawSocketOption(Tcp, TcpDeferAccept, BitConverter.GetBytes(DeferSeconds));

    /// <summary>The number of bytes that the other end has acknowledged; -1 if an old kernel does not tell.</summary>
    /// <exception cref="SocketException">The socket is not connected any more.</exception>
    public static long GetAcknowledgedBytes(Socket socket)
    {
        Span<byte> info = stackalloc byte[AckedOffset + sizeof(long)];
        return socket.GetRawSocketOption(Tcp, TcpInfo, info) == info.Length ? MemoryMarshal.Read<long>(info[AckedOffset..]) : -1;
    }

    /// <summary>The peer of a Unix domain socket, by struct ucred; null where the options have other numbers.</summary>
    /// <exception cref="SocketException">The system refuses.</exception>
    public static (int ProcessId, uint UserId)? GetPeer(Socket socket)
    {
        Span<uint> credentials = stackalloc uint[3];
        int length = socket.GetRawSocketOption(SocketLevel, PeerCredentials, MemoryMarshal.AsBytes(credentials));
        return length == 3 * sizeof(uint) ? ((int)credentials[0], credentials[1]) : null;
    }
}
