using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Pwb.Platform;
using Pwb.Telemetry;
using Pwb.Threads;

namespace Pwb.Logging;

/// <summary>
/// Writes the log lines of connections. Nothing is formatted when its level is off. Bytes of a client are escaped, so that they
/// can neither forge a line nor steer a terminal.
/// </summary>
internal sealed partial class ConnectionLog(ILogger server, QueryMask mask)
{
    private const int MaxFieldLength = 1024;

    private const long RefusedInterval = 5_000; // milliseconds

    private static readonly string[] Secret = ["Authorization", "Proxy-Authorization", "Cookie"];

    private long _hostRefusedDueAt = long.MinValue;
    private long _crossSiteRefusedDueAt = long.MinValue;
    private bool _hasListenerFailed;

    public bool IsHeadEnabled => server.IsEnabled(LogLevel.Debug);

    /// <summary>
    /// The text with everything but visible ASCII and spaces escaped, and cut at 1 KiB; then a mark says how long all of it is.
    /// </summary>
    public static string Escape(ReadOnlySpan<byte> text) => Escape(text, text.Length);

    /// <summary>As <see cref="Escape(ReadOnlySpan{byte})"/>, with the secrets in the query of a URL masked.</summary>
    public static string Escape(ReadOnlySpan<byte> text, QueryMask mask) => Escape(mask.MaskUrl(text), text.Length);

    /// <summary>
    /// As <see cref="Escape(ReadOnlySpan{byte})"/>, for a text that was as long as this before secrets were masked.
    /// </summary>
    public static string Escape(ReadOnlySpan<byte> text, int sentLength)
    {
        ReadOnlySpan<byte> shown = text.Length > MaxFieldLength ? text[..MaxFieldLength] : text;
        StringBuilder result = new(shown.Length);
        foreach (byte value in shown)
        {
            if (value == '\\') result.Append(@"\\");
            else if (value is >= 0x20 and < 0x7F) result.Append((char)value);
            else result.Append(@"\x").Append(value.ToString("X2", CultureInfo.InvariantCulture));
        }

        if (shown.Length < text.Length) result.Append(CultureInfo.InvariantCulture, $"...({sentLength} bytes)");
        return result.ToString();
    }

    /// <summary>The client's name in the log.</summary>
    public static string Name(EndPoint? client) => client is null ? "in-memory" : SafeName.Of(client);

    public void Connected(OnPool on, EndPoint? client)
    {
        on.Check();
        if (IsHeadEnabled) LogConnected(server, Name(client));
    }

    /// <summary>Every line of a head, as the tutorial prints them.</summary>
    public void Head(OnPool on, HttpRequest request)
    {
        on.Check();
        LogLine(server, Escape(request.RequestLine, mask) + (request.Head.MinorVersion == 0 ? " HTTP/1.0" : " HTTP/1.1"));
        foreach (FieldLine line in request.Headers)
        {
            string name = Escape(line.Name);
            bool isSecret = Secret.Contains(name, StringComparer.OrdinalIgnoreCase);
            LogLine(server, name + ": " + (isSecret ? "***" : Escape(line.Value, mask)));
        }
    }

    /// <summary>A page that does not give up, or a scanner, must not fill the log.</summary>
    public void HostRefused(OnPool on, ReadOnlySpan<byte> host, long now)
    {
        on.Check();
        if (IsDue(ref _hostRefusedDueAt, now)) LogHostRefused(server, Escape(host));
    }

    /// <summary>Said as rarely as <see cref="HostRefused"/>.</summary>
    public void CrossSiteRefused(OnPool on, HttpRequest request, long now)
    {
        on.Check();
        if (!IsDue(ref _crossSiteRefusedDueAt, now)) return;
        bool isNamed = request.Headers.TryGetValue("Origin"u8, out ReadOnlySpan<byte> sent);
        string origin = isNamed ? Escape(sent) : "that it does not name";
        LogCrossSiteRefused(server, Escape(Encoding.ASCII.GetBytes(request.Method)), Escape(request.Target, mask), origin);
    }

    public void HandlerFailed(OnPool on, string id, Exception exception)
    {
        on.Check();
        LogHandlerFailed(server, id, exception);
    }

    /// <summary>A handler has promised that it never blocks, and has taken long.</summary>
    public void HandlerBlocked(OnPool on, string id, TimeSpan taken)
    {
        on.Check();
        LogHandlerBlocked(server, id, (long)taken.TotalMilliseconds);
    }

    public void BodyFailed(OnPool on, string id, Exception exception)
    {
        on.Check();
        LogBodyFailed(server, id, exception);
    }

    public void CallbackFailed(long connection, long request, Exception exception) =>
        LogCallbackFailed(
            server, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{connection}-{request}"), exception);

    /// <summary>Logged once: a listener that fails for each request would fill the log.</summary>
    public void ListenerFailed(OnPool on, Exception exception)
    {
        on.Check();
        if (!Interlocked.Exchange(ref _hasListenerFailed, true)) LogListenerFailed(server, exception);
    }

    public void Ended(OnPool on, EndPoint? client, string why)
    {
        on.Check();
        if (server.IsEnabled(LogLevel.Debug)) LogEnded(server, Name(client), why);
    }

    public void Failed(OnPool on, string id, Exception exception)
    {
        on.Check();
        LogFailed(server, id, exception);
    }

    private static bool IsDue(ref long dueAt, long now)
    {
        long due = Volatile.Read(ref dueAt);
        return now >= due && Interlocked.CompareExchange(ref dueAt, now + RefusedInterval, due) == due;
    }

    [LoggerMessage(1, LogLevel.Debug, "client {Client} made a request", SkipEnabledCheck = true)]
    private static partial void LogConnected(ILogger logger, string client);

    [LoggerMessage(2, LogLevel.Debug, "{Line}", SkipEnabledCheck = true)]
    private static partial void LogLine(ILogger logger, string line);

    [LoggerMessage(5, LogLevel.Error, "request {Id}: the handler failed")]
    private static partial void LogHandlerFailed(ILogger logger, string id, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "request {Id}: the response's body failed")]
    private static partial void LogBodyFailed(ILogger logger, string id, Exception exception);

    [LoggerMessage(9, LogLevel.Error, "request {Id}: a callback on its cancellation token failed")]
    private static partial void LogCallbackFailed(ILogger logger, string id, Exception exception);

    [LoggerMessage(10, LogLevel.Error, "a listener of metrics or spans failed; if it fails again, this is not said again")]
    private static partial void LogListenerFailed(ILogger logger, Exception exception);

    [LoggerMessage(7, LogLevel.Debug, "{Client} ended: {Why}", SkipEnabledCheck = true)]
    private static partial void LogEnded(ILogger logger, string client, string why);

    [LoggerMessage(
        13,
        LogLevel.Warning,
        "a request for the host {Host} was refused (421), in case a page reached this machine by DNS rebinding; if the name is "
            + "right, add it to AllowedHosts (pwb: --allow-host)")]
    private static partial void LogHostRefused(ILogger logger, string host);

    [LoggerMessage(
        14,
        LogLevel.Warning,
        "{Method} {Target} from a page of the origin {Origin} was refused (403), since pages of other sites may change "
            + "nothing here; if that page may, add its origin to TrustedOrigins (pwb: --cors)")]
    private static partial void LogCrossSiteRefused(ILogger logger, string method, string target, string origin);

    [LoggerMessage(
        15,
        LogLevel.Warning,
        "request {Id}: the handler has NeverBlocks and took {Milliseconds} ms, for which every connection would have waited; "
            + "a first call also compiles code")]
    private static partial void LogHandlerBlocked(ILogger logger, string id, long milliseconds);

    [LoggerMessage(8, LogLevel.Error, "connection {Id} failed")]
    private static partial void LogFailed(ILogger logger, string id, Exception exception);
}
