using System.Text;

namespace Pwb.Compare;

/// <summary>Connections that have had one answer and ask for nothing more.</summary>
internal sealed class IdleConnections : IDisposable
{
    private readonly List<ServerConnection> _connections = [];

    /// <summary>Opens so many.</summary>
    public IdleConnections(RunningServer server, int count, string path)
    {
        byte[] request = Request(path), answer = new byte[16 * 1024];
        for (int i = 0; i < count; i++)
        {
            ServerConnection connection = new(server.Port, server.IsTls);
            _connections.Add(connection);
            connection.Stream.Write(request);
            if (connection.Stream.Read(answer) == 0)
                throw new IOException("A server has ended a connection that was to be idle.");
        }
    }

    /// <summary>One GET.</summary>
    public static byte[] Request(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");

    public void Dispose() => _connections.ForEach(connection => connection.Dispose());
}
