using System.Net;
using System.Threading.Channels;

namespace Pwb.Fuzz.Running;

/// <summary>Gives a server connections in memory, as if they came from a port.</summary>
internal sealed class ConnectionQueue(string name) : IConnectionListener
{
    private readonly Channel<AcceptedConnection> _connections = Channel.CreateUnbounded<AcceptedConnection>();

    /// <param name="client">Who connects.</param>
    /// <param name="isRoomy">Whether writers wait for readers late only.</param>
    /// <returns>The client's end, and the server's to be watched.</returns>
    public (MemoryEnd Client, MemoryEnd Server) Connect(EndPoint client, bool isRoomy = false)
    {
        (MemoryEnd Client, MemoryEnd Server) ends = MemoryEnd.CreatePair(isRoomy ? 10_000 : 4);
        _connections.Writer.TryWrite(new AcceptedConnection(ends.Server) { RemoteEndPoint = client });
        return ends;
    }

    public async ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellationToken) =>
        await _connections.Reader.ReadAsync(cancellationToken);

    public override string ToString() => name;
}
