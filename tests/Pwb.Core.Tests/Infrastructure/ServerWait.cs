using Pwb.Channels;
using Pwb.Server;
using Pwb.Time;

namespace Pwb.Tests.Infrastructure;

/// <summary>Looks into a server from outside: what it waits for is not to be seen on the wire.</summary>
internal static class ServerWait
{
    /// <summary>Completes when a connection of the server is in a wait of that kind.</summary>
    public static async Task UntilAsync(PwbServer server, Wait wait)
    {
        using CancellationTokenSource patience = new(Wire.SafetyTimeout);
        List<ServerConnection> connections = [];
        while (!connections.Exists(connection => ((ChannelControl)connection.Control).Receiver.Deadline.Current == wait))
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
            server.Reception.Connections.CopyTo(connections);
        }
    }
}
