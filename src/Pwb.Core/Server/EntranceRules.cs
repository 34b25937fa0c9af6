using System.Net.Sockets;
using Pwb.Platform;
using Pwb.Security;

namespace Pwb.Server;

/// <summary>The rules of a server's entrances for requests.</summary>
internal sealed class EntranceRules(PwbServerOptions options)
{
    private readonly EntryRules _ofLoopback = For(options, isLoopback: true);

    /// <summary>The rules for streams that the user brings.</summary>
    public EntryRules OfStreams { get; } = For(options, isLoopback: false);

    /// <summary>The rules for clients in memory.</summary>
    public EntryRules OfMemory { get; } =
        EntryRules.ForMemory(options.AllowedHosts, options.TrustedOrigins) with { AllowConnect = options.AllowConnect };

    /// <summary>The rules of an end point.</summary>
    public EntryRules Of(ServerEndPoint endPoint)
    {
        // No browser reaches a Unix domain socket or a named pipe.
        if (endPoint.Address is UnixDomainSocketEndPoint or PipeAddress) return OfMemory;
        return endPoint.IsLoopback ? _ofLoopback : OfStreams;
    }

    private static EntryRules For(PwbServerOptions options, bool isLoopback) =>
        EntryRules.For(options.AllowedHosts, options.TrustedOrigins, isLoopback) with { AllowConnect = options.AllowConnect };
}
