using System.Net;
using Pwb.Logging;

namespace Pwb.Transports;

/// <summary>Which proxies an end point believes.</summary>
/// <param name="proxies">Their networks.</param>
/// <param name="endPoint">The end point's name in the log.</param>
/// <param name="timeProvider">Tells when it is worth a line again.</param>
/// <param name="log">Called with each address that was not believed.</param>
internal sealed class ProxyRules(IReadOnlyList<IPNetwork> proxies, string endPoint, TimeProvider timeProvider, ServerLog log)
{
    /// <summary>
    /// Whether a peer may speak for clients. A peer without an IP address came by a Unix domain socket, a pipe or a user's
    /// listener, which decide by themselves which clients may connect.
    /// </summary>
    public bool Believes(EndPoint? peer)
    {
        if (peer is not IPEndPoint { Address: { } address }) return true;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        foreach (IPNetwork network in proxies)
        {
            if (network.Contains(address)) return true;
        }

        return false;
    }

    /// <summary>Logs that a connection is closed, and why.</summary>
    public void Refused(EndPoint? peer, string why) =>
        log.ProxyRefused(endPoint, ConnectionLog.Name(peer), why, (long)timeProvider.GetElapsedTime(0).TotalMilliseconds);
}
