using Microsoft.Extensions.Logging;

namespace Pwb.Logging;

/// <summary>Writes the log lines of the server itself.</summary>
internal sealed partial class ServerLog(ILogger logger)
{
    private const long RefusedInterval = 5_000; // milliseconds

    private long _proxyRefusedDueAt = long.MinValue;

    /// <summary>Whether the lines of a start and a stop are written.</summary>
    public bool IsEnabled => logger.IsEnabled(LogLevel.Information);

    /// <summary>The tutorial's banner, and where a browser finds the server.</summary>
    /// <param name="port">The first port, or null.</param>
    /// <param name="places">The URLs, and the names of end points without one.</param>
    public void Listening(int? port, string places)
    {
        if (port is not null) LogListening(logger, port.Value, places);
        else LogListeningWithoutPort(logger, places);
    }

    public void Stopping(int connections) => LogStopping(logger, connections);

    public void Stopped(int aborted)
    {
        if (aborted == 0) LogStopped(logger);
        else LogStoppedHard(logger, aborted);
    }

    /// <summary>The transport that was asked for is not there.</summary>
    public void NoEpoll(string why) => LogNoEpoll(logger, why);

    public void AcceptFailed(string endPoint, string why) => LogAcceptFailed(logger, endPoint, why);

    public void CertificateReloaded(string path, DateTime validUntil) => LogCertificateReloaded(logger, path, validUntil);

    public void CertificateNotReloaded(string why) => LogCertificateNotReloaded(logger, why);

    public void CertificateExpired(string subject, DateTime validUntil) => LogCertificateExpired(logger, subject, validUntil);

    public void CertificateNotYetValid(string subject, DateTime validFrom) =>
        LogCertificateNotYetValid(logger, subject, validFrom);

    public void HandshakesFail(string subject, string why) => LogHandshakesFail(logger, subject, why);

    public void ClientCertificateValidatorFailed(Exception exception) => LogClientCertificateValidatorFailed(logger, exception);

    /// <summary>A scanner must not fill the log.</summary>
    public void ProxyRefused(string endPoint, string peer, string why, long now)
    {
        long due = Volatile.Read(ref _proxyRefusedDueAt);
        if (now < due || Interlocked.CompareExchange(ref _proxyRefusedDueAt, now + RefusedInterval, due) != due) return;
        LogProxyRefused(logger, peer, endPoint, why);
    }

    public void SupervisorNotTold(string notice, string why) => LogSupervisorNotTold(logger, notice, why);

    public void ClockFailed(Exception exception) => LogClockFailed(logger, exception);

    [LoggerMessage(20, LogLevel.Information, "web server:PWB 1.0 on port {Port}... {Urls}")]
    private static partial void LogListening(ILogger logger, int port, string urls);

    [LoggerMessage(45, LogLevel.Information, "web server:PWB 1.0 on {Places}...")]
    private static partial void LogListeningWithoutPort(ILogger logger, string places);

    [LoggerMessage(21, LogLevel.Information, "stopping; connections still open: {Connections}")]
    private static partial void LogStopping(ILogger logger, int connections);

    [LoggerMessage(22, LogLevel.Information, "stopped")]
    private static partial void LogStopped(ILogger logger);

    [LoggerMessage(23, LogLevel.Warning, "stopped; connections that did not end in time and were reset: {Aborted}")]
    private static partial void LogStoppedHard(ILogger logger, int aborted);

    [LoggerMessage(46, LogLevel.Warning, "no epoll, the system's sockets take its place: {Why}")]
    private static partial void LogNoEpoll(ILogger logger, string why);

    [LoggerMessage(24, LogLevel.Warning, "cannot accept connections on {EndPoint}: {Why}")]
    private static partial void LogAcceptFailed(ILogger logger, string endPoint, string why);

    [LoggerMessage(
        25, LogLevel.Information,
        "new connections get the new certificate of {Path}, valid until {ValidUntil:yyyy-MM-dd HH:mm} UTC")]
    private static partial void LogCertificateReloaded(ILogger logger, string path, DateTime validUntil);

    [LoggerMessage(26, LogLevel.Warning, "a certificate has changed and is not taken, the old one stays: {Why}")]
    private static partial void LogCertificateNotReloaded(ILogger logger, string why);

    [LoggerMessage(27, LogLevel.Warning, "the certificate {Subject} has expired, at {ValidUntil:yyyy-MM-dd HH:mm} UTC")]
    private static partial void LogCertificateExpired(ILogger logger, string subject, DateTime validUntil);

    [LoggerMessage(
        40, LogLevel.Warning, "the certificate {Subject} is not valid yet, but from {ValidFrom:yyyy-MM-dd HH:mm} UTC on")]
    private static partial void LogCertificateNotYetValid(ILogger logger, string subject, DateTime validFrom);

    [LoggerMessage(41, LogLevel.Warning, "no TLS handshake succeeds with the certificate {Subject}: {Why}")]
    private static partial void LogHandshakesFail(ILogger logger, string subject, string why);

    [LoggerMessage(42, LogLevel.Error, "the validator of client certificates failed; the client was refused")]
    private static partial void LogClientCertificateValidatorFailed(ILogger logger, Exception exception);

    [LoggerMessage(28, LogLevel.Error, "the time provider failed; the system's clock goes on in its place")]
    private static partial void LogClockFailed(ILogger logger, Exception exception);

    [LoggerMessage(48, LogLevel.Warning, "a connection of {Peer} at {EndPoint} was closed: {Why}")]
    private static partial void LogProxyRefused(ILogger logger, string peer, string endPoint, string why);

    [LoggerMessage(47, LogLevel.Warning, "the supervisor at NOTIFY_SOCKET was not told {Notice}: {Why}")]
    private static partial void LogSupervisorNotTold(ILogger logger, string notice, string why);
}
