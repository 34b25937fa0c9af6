using System.Net.Sockets;

namespace Pwb.Server;

/// <summary>The options of every connection's socket.</summary>
internal static class SocketOptions
{
    // Keep-alive finds a peer that is asleep or cut off within two minutes, instead of the default two hours. While bytes are on
    // their way to the peer, ResponseTimeout finds it, so TCP_USER_TIMEOUT is not needed.
    private const int KeepAliveSeconds = 60, KeepAliveInterval = 10, KeepAliveTries = 6;

    /// <exception cref="SocketException">The client has gone already.</exception>
    public static void Set(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveInterval);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveTries);
    }
}
