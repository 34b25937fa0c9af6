using System.Net.Sockets;

namespace Pwb.Server;

/// <summary>The options of every connection's socket.</summary>
internal static class SocketOptions
{
    // A peer that is gone without a word, asleep or cut off, is found within two minutes. By default it takes two hours. While
    // something is on its way to it, ResponseTimeout finds it, so TCP_USER_TIMEOUT has nothing to add.
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
