using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Pwb.Host;

/// <summary>The lines after the server's first one, which has the port and the addresses on this machine.</summary>
internal static partial class Greeting
{
    public static void Say(HostSettings settings, PwbServer server, ILogger logger)
    {
        foreach (string variable in settings.Ignored)
            LogIgnored(logger, variable);
        if (settings.Places.Count == 0 && server.EndPoint.Port != settings.Port && settings.Port != 0)
            LogMoved(logger, settings.Port, server.EndPoint.Port);
        string basePath = settings.Directory is null ? "/" : settings.Files.BasePath;
        if (settings.Directory is not null)
            LogServing(logger, settings.Directory, basePath == "/" ? "" : " at " + basePath);
        foreach ((string path, Uri target) in settings.Proxies.Select(OptionValues.ProxyOf))
            LogProxying(logger, path, target);
        if (HintAbout(settings) is { } hint)
            LogHint(logger, hint);
        bool isInformed = logger.IsEnabled(LogLevel.Information);
        if (isInformed && settings is { TlsIsForDevelopment: true, Tls.Certificates: [var certificate] })
            LogDevelopment(logger, certificate.Current.GetCertHashString(HashAlgorithmName.SHA256));
        if (settings.ProxyNetworks is { } proxies)
            LogProxyProtocol(logger, string.Join(' ', proxies));
        if (settings.Tls is { ClientCertificateAuthorities: { } authorities })
            LogClientCertificates(logger, string.Join("; ", authorities.Select(authority => authority.Subject)));
        string? urls = NetworkUrls(server.EndPoints, AddressesOfThisMachine);
        if (isInformed && urls is not null)
            LogExposed(logger, urls);
        if (settings.PrintQrCode)
            PrintQrCode(urls, new Uri("http://localhost" + basePath).AbsolutePath[1..], logger);
        if (settings.Users.Count > 0 && server.EndPoints.Any(endPoint => endPoint.Tls is null && IsForOthers(endPoint)))
            LogReadablePasswords(logger);
        if (settings.OpenBrowser && server.Urls is [var first, ..])
            Browser.Open(first + new Uri("http://localhost" + basePath).AbsolutePath[1..], logger);
    }

    /// <summary>Where others find the server, if they can; null if only this machine can.</summary>
    public static string? NetworkUrls(
        IReadOnlyList<ServerEndPoint> endPoints, Func<IEnumerable<IPAddress>> addressesOfThisMachine)
    {
        var exposed = (from endPoint in endPoints
                       where IsForOthers(endPoint)
                       let own = ((IPEndPoint)endPoint.Address).Address
                       select (Own: own, endPoint.Port, Scheme: endPoint.Tls is null ? "http" : "https")).ToList();
        if (exposed.Count == 0)
            return null;

        var urls = from place in exposed
                   from address in IsAny(place.Own) ? addressesOfThisMachine() : [place.Own]
                   where address.AddressFamily == place.Own.AddressFamily
                   select $"{place.Scheme}://{new IPEndPoint(address, place.Port)}/";
        return string.Join(' ', urls);
    }

    /// <summary>A hint for a user who would miss something in the browser; null without one.</summary>
    public static string? HintAbout(HostSettings settings)
    {
        if (settings.Directory is null)
            return null;

        bool IsThere(string name) => File.Exists(Path.Combine(settings.Directory, name));
        if (settings.Files.Fallback is { } page && !IsThere(page))
            return $"there is no {page} in it, which is the answer to what does not exist";
        if (settings.Files.ListDirectories || settings.Files.Fallback is not null || settings.Files.IndexFiles.Any(IsThere))
            return null;
        return $"there is no {string.Join(" or ", settings.Files.IndexFiles)} in it; with --listing it shows what it holds";
    }

    private static void PrintQrCode(string? urls, string path, ILogger logger)
    {
        if (urls is null || urls.Length == 0)
            LogHint(logger, "there is no QR code, since only this machine can reach the server; with --host any others can");
        else if (QrCode.Of(urls.Split(' ')[0] + path) is { } code)
            Console.Out.Write(QrText.Render(code, ConsoleLogging.WantsColour(Console.IsOutputRedirected)));
    }

    // Other machines, that is.
    private static bool IsForOthers(ServerEndPoint endPoint) =>
        endPoint.Address is IPEndPoint { Address: var own } && !IPAddress.IsLoopback(own);

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static List<IPAddress> AddressesOfThisMachine()
    {
        try
        {
            return
            [
                .. from network in NetworkInterface.GetAllNetworkInterfaces()
                   where network.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown
                   from unicast in network.GetIPProperties().UnicastAddresses
                   where !IPAddress.IsLoopback(unicast.Address)
                   where !unicast.Address.IsIPv6LinkLocal // browsers take no zone: fe80::1%2
                   select unicast.Address,
            ];
        }
        catch (NetworkInformationException) // not allowed to look, in some sandboxes
        {
            return [];
        }
    }

    [LoggerMessage(1, LogLevel.Information, "serving {Directory}{BasePath}")]
    private static partial void LogServing(ILogger logger, string directory, string basePath);

    [LoggerMessage(
        4, LogLevel.Information, "the certificate is self-signed, only in memory and for development; SHA-256 {Fingerprint}")]
    private static partial void LogDevelopment(ILogger logger, string fingerprint);

    [LoggerMessage(
        12, LogLevel.Information, "proxies say who the client is, by the PROXY protocol, from {Networks} and nowhere else")]
    private static partial void LogProxyProtocol(ILogger logger, string networks);

    [LoggerMessage(13, LogLevel.Information, "clients need a certificate of {Authorities}")]
    private static partial void LogClientCertificates(ILogger logger, string authorities);

    [LoggerMessage(2, LogLevel.Information, "open to everybody on the network: {Urls}")]
    private static partial void LogExposed(ILogger logger, string urls);

    [LoggerMessage(5, LogLevel.Warning, "port {Taken} is in use, so it is {Port}; --port names another")]
    private static partial void LogMoved(ILogger logger, int taken, int port);

    [LoggerMessage(8, LogLevel.Warning, "passwords cross the network readable; --tls-dev or --tls-cert protects them")]
    private static partial void LogReadablePasswords(ILogger logger);

    [LoggerMessage(9, LogLevel.Information, "passing {Path} on to {Target}")]
    private static partial void LogProxying(ILogger logger, string path, Uri target);

    [LoggerMessage(6, LogLevel.Information, "hint: {Hint}")]
    private static partial void LogHint(ILogger logger, string hint);

    [LoggerMessage(7, LogLevel.Warning, "{Sentence}")]
    private static partial void LogIgnored(ILogger logger, string sentence);
}
