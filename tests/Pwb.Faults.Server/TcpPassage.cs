using System.Net;
using System.Net.Sockets;

namespace Pwb.Faults.Server;

/// <summary>A user's own listener, as a tunnel would be one: connections on a free port of the loopback.</summary>
internal sealed class TcpPassage : IConnectionListener, IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public TcpPassage() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellationToken)
    {
        TcpClient client = await _listener.AcceptTcpClientAsync(cancellationToken);
        return new AcceptedConnection(client.GetStream()) { RemoteEndPoint = client.Client.RemoteEndPoint };
    }

    public void Dispose() => _listener.Dispose();

    public override string ToString() => "passage";
}
