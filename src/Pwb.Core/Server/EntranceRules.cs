using System.Net.Sockets;
using Pwb.Platform;
using Pwb.Security;

namespace Pwb.Server;

/// <summary>What each entrance of a server asks of requests.</summary>
internal sealed class EntranceRules(PwbServerOptions options)
{
    private readonly EntryRules _ofLoopback = EntryRules.For(options.AllowedHosts, options.TrustedOrigins, isLoopback: true);

    /// <summary>For streams that the user brings.</summary>
    public EntryRules OfStreams { get; } = EntryRules.For(options.AllowedHosts, options.TrustedOrigins, isLoopback: false);

    /// <summary>For clients in memory.</summary>
    public EntryRules OfMemory { get; } = EntryRules.ForMemory(options.AllowedHosts, options.TrustedOrigins);

    /// <summary>For an end point.</summary>
    public EntryRules Of(ServerEndPoint endPoint)
    {
        // No browser gets to a Unix domain socket, nor to a named pipe.
        if (endPoint.Address is UnixDomainSocketEndPoint or PipeAddress) return OfMemory;
        return endPoint.IsLoopback ? _ofLoopback : OfStreams;
    }
}
