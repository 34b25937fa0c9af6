using System.Net;
using Microsoft.Extensions.Logging;

namespace Pwb.Host;

/// <summary>The settings of the command line and the environment, checked and typed.</summary>
internal sealed record HostSettings
{
    /// <summary>The full path of the directory to serve; null to say hello PWB.</summary>
    public string? Directory { get; init; }

    public string Host { get; init; } = "localhost";

    public int Port { get; init; } = PwbServerOptions.DefaultPort;

    /// <summary>Whether the user has chosen the port. If not, and it is in use, another one is taken.</summary>
    public bool PortIsNamed { get; init; }

    /// <summary>Where to listen in place of the host and the port; none for those.</summary>
    public IReadOnlyList<string> Places { get; init; } = [];

    /// <summary>The mode of Unix domain sockets; null for the library's default.</summary>
    public UnixFileMode? SocketMode { get; init; }

    /// <summary>Proxies that speak the PROXY protocol; null for none.</summary>
    public IReadOnlyList<IPNetwork>? ProxyNetworks { get; init; }

    public SocketEngine SocketEngine { get; init; }

    /// <summary>Null for the library's default.</summary>
    public IReadOnlyList<string>? AllowedHosts { get; init; }

    public StaticFileOptions Files { get; init; } = StaticFileOptions.Default;

    public bool Compress { get; init; }

    /// <summary>Whether pages are reloaded when a file changes.</summary>
    public bool Watch { get; init; }

    /// <summary>Other servers by path, each as --proxy has them.</summary>
    public IReadOnlyList<string> Proxies { get; init; } = [];

    /// <summary>The users of --auth, each as it was given; empty for no password.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>The origin whose pages may read the answers; "*" for all; null for none.</summary>
    public string? CorsOrigin { get; init; }

    /// <summary>Null for plain HTTP.</summary>
    public TlsOptions? Tls { get; init; }

    public bool TlsIsForDevelopment { get; init; }

    public bool OpenBrowser { get; init; }

    /// <summary>Whether the URL for the network is printed as a QR code.</summary>
    public bool PrintQrCode { get; init; }

    /// <summary>
    /// Null for the default: the tutorial's server prints every line of a head; with a directory, a line for each request is
    /// enough.
    /// </summary>
    public LogLevel? ChosenLogLevel { get; init; }

    public LogLevel LogLevel =>
        ChosenLogLevel ?? (Directory is null && Proxies.Count == 0 ? LogLevel.Debug : LogLevel.Information);

    public bool LogJson { get; init; }

    public AccessLogFormat AccessLog { get; init; }

    /// <summary>Variables that were set and do not count, each in one sentence.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    public PwbServerOptions ToServerOptions() => new()
    {
        AllowedHosts = AllowedHosts,
        TrustedOrigins = CorsOrigin is { } origin ? [origin] : null, // an origin that may read may send all other requests too
        EndPoints = [.. EndPoints().Select(endPoint => endPoint with
        {
            SocketMode = SocketMode ?? endPoint.SocketMode,
            ProxyProtocolFrom = ProxyNetworks,
        })],
        SocketEngine = SocketEngine,
        AccessLogFormat = AccessLog,
    };

    private IEnumerable<ServerEndPoint> EndPoints() =>
        Places.Count > 0
            ? Places.SelectMany(place => ServerEndPoint.Parse(place, Tls))
            : OptionValues.EndPointsOf(Host, Port, Tls);
}
