using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Pwb.Faults.Server;

/// <summary>How the log fails.</summary>
internal enum FaultyLog
{
    None,
    Throws,
    Hangs,
}

/// <summary>
/// The command line: --port; to listen on too, --unix with the path of a socket or @name, --pipe with a name, --activated 1 for
/// the sockets of a supervisor, and --passage for a <see cref="TcpPassage"/>, with the number of its failures;
/// --sockets runtime|epoll, --deny with the number of a call that the system is to refuse; --log-level, --log throw|hang,
/// --tls-cert with a PEM file that has its key in it, and a limit by its name, such as --keep-alive-timeout 2. Times are in
/// seconds.
/// </summary>
internal sealed record FaultOptions
{
    private static readonly Dictionary<string, Func<PwbServerLimits, double, PwbServerLimits>> LimitSetters =
        new(StringComparer.Ordinal)
        {
            ["--max-connections"] = (limits, value) => limits with { MaxConnections = (int)value },
            ["--backlog"] = (limits, value) => limits with { Backlog = (int)value },
            ["--max-content-length"] = (limits, value) => limits with { MaxContentLength = (long)value },
            ["--max-drained-content-length"] = (limits, value) => limits with { MaxDrainedContentLength = (long)value },
            ["--drain-timeout"] = (limits, value) => limits with { DrainTimeout = TimeSpan.FromSeconds(value) },
            ["--first-byte-timeout"] = (limits, value) => limits with { FirstByteTimeout = TimeSpan.FromSeconds(value) },
            ["--request-head-timeout"] = (limits, value) => limits with { RequestHeadTimeout = TimeSpan.FromSeconds(value) },
            ["--keep-alive-timeout"] = (limits, value) => limits with { KeepAliveTimeout = TimeSpan.FromSeconds(value) },
            ["--min-content-rate"] = (limits, value) => limits with { MinContentRate = (int)value },
            ["--content-rate-grace-period"] =
                (limits, value) => limits with { ContentRateGracePeriod = TimeSpan.FromSeconds(value) },
            ["--content-timeout"] = (limits, value) => limits with { ContentTimeout = TimeSpan.FromSeconds(value) },
            ["--response-timeout"] = (limits, value) => limits with { ResponseTimeout = TimeSpan.FromSeconds(value) },
            ["--min-response-rate"] = (limits, value) => limits with { MinResponseRate = (int)value },
            ["--linger-timeout"] = (limits, value) => limits with { LingerTimeout = TimeSpan.FromSeconds(value) },
            ["--shutdown-grace-period"] = (limits, value) => limits with { ShutdownGracePeriod = TimeSpan.FromSeconds(value) },
        };

    public int Port { get; private init; }

    public LogLevel LogLevel { get; private init; } = LogLevel.Debug;

    public FaultyLog Log { get; private init; }

    public PwbServerLimits Limits { get; private init; } = PwbServerLimits.Default;

    public TlsOptions? Tls { get; private init; }

    public string? UnixPath { get; private init; }

    public string? PipeName { get; private init; }

    public TcpPassage? Passage { get; private init; }

    public int? PassageFailures { get; private init; }

    public bool IsActivated { get; private init; }

    public SocketEngine Sockets { get; private init; }

    /// <summary>The number of a call that the system is to refuse.</summary>
    public int? Denied { get; private init; }

    public static FaultOptions Parse(IReadOnlyList<string> args)
    {
        FaultOptions options = new();
        for (int i = 0; i < args.Count; i += 2) options = options.With(args[i], args[i + 1]);
        return options with { Passage = options.PassageFailures is { } failures ? new TcpPassage(failures) : null };
    }

    public PwbServerOptions ToServerOptions()
    {
        List<ServerEndPoint> endPoints = [.. ServerEndPoint.Loopback(Port, Tls)];
        if (UnixPath is not null) endPoints.Add(ServerEndPoint.Unix(UnixPath));
        if (PipeName is not null) endPoints.Add(ServerEndPoint.NamedPipe(PipeName));
        if (IsActivated) endPoints.AddRange(ServerEndPoint.Activated());
        if (Passage is not null) endPoints.Add(ServerEndPoint.Over(Passage));
        return new PwbServerOptions { EndPoints = endPoints, Limits = Limits, SocketEngine = Sockets };
    }

    private FaultOptions With(string name, string value) => name switch
    {
        "--port" => this with { Port = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture) },
        "--unix" => this with { UnixPath = value is ['@', .. string rest] ? "\0" + rest : value },
        "--pipe" => this with { PipeName = value },
        "--passage" => this with { PassageFailures = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture) },
        "--activated" => this with { IsActivated = true },
        "--sockets" => this with { Sockets = Enum.Parse<SocketEngine>(value, ignoreCase: true) },
        "--deny" => this with { Denied = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture) },
        "--log-level" => this with { LogLevel = Enum.Parse<LogLevel>(value, ignoreCase: true) },
        "--log" =>
            this with
            {
                Log = value switch
                {
                    "throw" =>
                FaultyLog.Throws,
                    "hang" => FaultyLog.Hangs,
                    _ => throw new ArgumentException(value, nameof(value))
                }
            },
        "--tls-cert" => this with { Tls = new TlsOptions(ServerCertificate.FromPem(value)) },
        _ => this with
        {
            Limits = LimitSetters[name](
            Limits, double.Parse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture))
        },
    };
}
