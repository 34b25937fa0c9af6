using System.Globalization;
using System.Net;

namespace Pwb.Server;

/// <summary>
/// Finds the URLs of end points for a browser on this machine. A browser tries both addresses of localhost, 127.0.0.1 and ::1,
/// and no other one of loopback. So localhost stands for ::1 only where both belong to this server.
/// </summary>
internal static class LocalUrls
{
    /// <summary>One URL for each end point with an IP address, in their order, without duplicates.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<ServerEndPoint> endPoints)
    {
        ServerEndPoint[] reachable = [.. endPoints.Where(endPoint => endPoint.IsIp)];
        HashSet<string> localhost = [.. reachable.Where(IsLocalhost4).Select(LocalhostUrl)];
        return [.. reachable.Select(endPoint => UrlOf(endPoint, localhost)).Distinct(StringComparer.Ordinal)];
    }

    private static string UrlOf(ServerEndPoint endPoint, HashSet<string> localhost)
    {
        bool isLocalhost6 = endPoint.Ip.Address.Equals(IPAddress.IPv6Any) || endPoint.Ip.Address.Equals(IPAddress.IPv6Loopback);
        if (IsLocalhost4(endPoint) || (isLocalhost6 && localhost.Contains(LocalhostUrl(endPoint)))) return LocalhostUrl(endPoint);
        IPEndPoint shown = new(isLocalhost6 ? IPAddress.IPv6Loopback : endPoint.Ip.Address, endPoint.Port);
        return $"{endPoint.Scheme}://{shown}/";
    }

    private static bool IsLocalhost4(ServerEndPoint endPoint) =>
        endPoint.Ip.Address.Equals(IPAddress.Any) || endPoint.Ip.Address.Equals(IPAddress.Loopback);

    private static string LocalhostUrl(ServerEndPoint endPoint) =>
        string.Create(CultureInfo.InvariantCulture, $"{endPoint.Scheme}://localhost:{endPoint.Port}/");
}
