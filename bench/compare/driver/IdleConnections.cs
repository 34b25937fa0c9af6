using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pwb.Compare;

/// <summary>Connections that have had one answer and ask for nothing more.</summary>
internal sealed class IdleConnections : IDisposable
{
    private readonly List<Socket> _sockets = [];

    /// <summary>Opens so many.</summary>
    public IdleConnections(int port, int count, string path)
    {
        byte[] request = Request(path), answer = new byte[16 * 1024];
        for (int i = 0; i < count; i++)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _sockets.Add(socket);
            socket.Connect(IPAddress.Loopback, port);
            socket.Send(request);
            socket.Receive(answer);
        }
    }

    /// <summary>One GET.</summary>
    public static byte[] Request(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");

    public void Dispose() => _sockets.ForEach(socket => socket.Close(timeout: 0));
}
