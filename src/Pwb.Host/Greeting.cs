using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Pwb.Host;

/// <summary>What follows the server's own first line, which has the port and the address on this machine.</summary>
internal static partial class Greeting
{
    public static void Say(HostSettings settings, PwbServer server, ILogger logger)
    {
        if (settings.Directory is not null)
            LogServing(logger, settings.Directory);
        if (settings is { TlsIsForDevelopment: true, Tls.Certificates: [var certificate] } && logger.IsEnabled(LogLevel.Information))
            LogDevelopment(logger, certificate.Current.GetCertHashString(HashAlgorithmName.SHA256));
        if (logger.IsEnabled(LogLevel.Information) && NetworkUrls(server.EndPoints, AddressesOfThisMachine) is { } urls)
            LogExposed(logger, urls);
        if (settings.OpenBrowser)
            Browser.Open(LocalUrl(server.EndPoint), logger);
    }

    /// <summary>Where others find the server, if they can; null if only this machine can.</summary>
    public static string? NetworkUrls(IReadOnlyList<IPEndPoint> endPoints, Func<IEnumerable<IPAddress>> addressesOfThisMachine)
    {
        var exposed = endPoints.Where(endPoint => !IPAddress.IsLoopback(endPoint.Address)).ToList();
        if (exposed.Count == 0)
            return null;

        var urls = from endPoint in exposed
                   from address in IsAny(endPoint) ? addressesOfThisMachine().Where(address => address.AddressFamily == endPoint.AddressFamily) : [endPoint.Address]
                   select $"{Scheme(endPoint)}://{new IPEndPoint(address, endPoint.Port)}/";
        return string.Join(' ', urls);
    }

    public static string LocalUrl(IPEndPoint endPoint) =>
        $"{Scheme(endPoint)}://{(IsAny(endPoint) || IPAddress.IsLoopback(endPoint.Address) ? $"localhost:{endPoint.Port}" : endPoint)}/";

    private static string Scheme(IPEndPoint endPoint) => endPoint is TlsEndPoint ? "https" : "http";

    private static bool IsAny(IPEndPoint endPoint) => endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.IPv6Any);

    private static List<IPAddress> AddressesOfThisMachine()
    {
        try
        {
            return
            [
                .. from network in NetworkInterface.GetAllNetworkInterfaces()
                   where network.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown
                   from unicast in network.GetIPProperties().UnicastAddresses
                   where !IPAddress.IsLoopback(unicast.Address) && !unicast.Address.IsIPv6LinkLocal // browsers take no zone: fe80::1%2
                   select unicast.Address,
            ];
        }
        catch (NetworkInformationException) // not allowed to look, in some sandboxes
        {
            return [];
        }
    }

    [LoggerMessage(1, LogLevel.Information, "serving {Directory}")]
    private static partial void LogServing(ILogger logger, string directory);

    [LoggerMessage(4, LogLevel.Information, "the certificate is self-signed, only in memory and for development; SHA-256 {Fingerprint}")]
    private static partial void LogDevelopment(ILogger logger, string fingerprint);

    [LoggerMessage(2, LogLevel.Information, "open to everybody on the network: {Urls}")]
    private static partial void LogExposed(ILogger logger, string urls);
}
