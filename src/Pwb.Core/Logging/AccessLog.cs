using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pwb.Telemetry;
using Pwb.Threads;

namespace Pwb.Logging;

/// <summary>An entry of the access log: one response.</summary>
/// <param name="Client">The client's address.</param>
/// <param name="Request">The request; null if the bytes never became one.</param>
/// <param name="StatusCode">Its status.</param>
/// <param name="Bytes">The length of the content.</param>
/// <param name="Elapsed">The time since the request's head was there; null without a request.</param>
/// <param name="Error">The fault in a word, of a refusal or of a failure; null without one.</param>
/// <param name="Refusal">The reason of a refusal, in a sentence; null for other responses.</param>
/// <param name="Span">The request's span, or null.</param>
internal readonly record struct AccessEntry(
    EndPoint? Client, HttpRequest? Request, int StatusCode, long Bytes, TimeSpan? Elapsed, string? Error, string? Refusal,
    Activity? Span);

/// <summary>
/// Writes a line for each response. Bytes of a client are escaped in all formats alike, and in the named values for other
/// loggers.
/// </summary>
internal sealed partial class AccessLog(ILogger logger, AccessLogFormat format, TimeProvider time, QueryMask mask)
{
    public QueryMask QueryMask => mask;

    public bool IsEnabled => logger.IsEnabled(LogLevel.Information);

    public void Write(OnPool on, in AccessEntry entry)
    {
        on.Check();
        switch (format)
        {
            case AccessLogFormat.Combined:
                string request = RequestLine(entry.Request);
                string referer = Quotable(entry.Request, "Referer"u8);
                string userAgent = Quotable(entry.Request, "User-Agent"u8);
                LogCombined(
                    logger, AddressOf(entry.Client), CombinedTime(), request, entry.StatusCode, entry.Bytes, referer, userAgent);
                break;
            case AccessLogFormat.Json:
                List<KeyValuePair<string, object?>> values = Values(entry);
                logger.Log(LogLevel.Information, new EventId(12, "LogJson"), values, null, ToJson);
                break;
            case AccessLogFormat.Short when entry.Refusal is { } why:
                LogRefused(
                    logger, ConnectionLog.Name(entry.Client), RequestLine(entry.Request), entry.StatusCode, entry.Bytes, why);
                break;
            case AccessLogFormat.Short:
                LogShort(
                    logger,
                    ConnectionLog.Name(entry.Client),
                    ConnectionLog.Escape(entry.Request!.RequestLine, mask),
                    entry.Request.Head.MinorVersion,
                    entry.StatusCode,
                    entry.Bytes,
                    entry.Elapsed!.Value.TotalMilliseconds);
                break;
        }
    }

    private static string AddressOf(EndPoint? client) => client switch
    {
        IPEndPoint { Address: var address } => address.ToString(),
        UnixPeerEndPoint => "unix:", // as nginx writes it
        _ => "-",
    };

    // As nginx writes it, and not with a backslash before the quotation mark, as Apache does: not every reader knows that.
    private string Quoted(ReadOnlySpan<byte> text) =>
        ConnectionLog.Escape(text, mask).Replace("\"", @"\x22", StringComparison.Ordinal);

    private string Quotable(HttpRequest? request, ReadOnlySpan<byte> name) =>
        request is not null && request.Headers.TryGetValue(name, out ReadOnlySpan<byte> value) ? Quoted(value) : "-";

    private string RequestLine(HttpRequest? request) =>
        request is null ? "-" : $"{Quoted(request.RequestLine)} HTTP/{SpanAttributes.ProtocolVersion(request)}";

    private string CombinedTime() =>
        time.GetUtcNow().ToString("dd'/'MMM'/'yyyy':'HH':'mm':'ss' +0000'", CultureInfo.InvariantCulture);

    private List<KeyValuePair<string, object?>> Values(in AccessEntry entry)
    {
        List<KeyValuePair<string, object?>> values =
        [
            new("time", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
        ];
        if (entry.Client is IPEndPoint client)
        {
            values.Add(new("client.address", AddressOf(client)));
            values.Add(new("client.port", client.Port));
        }
        else if (entry.Client is UnixPeerEndPoint peer)
        {
            values.Add(new("client.address", peer.ToString()));
        }

        if (entry.Request is { } request) AddRequest(values, request);
        values.Add(new("http.response.status_code", entry.StatusCode));
        values.Add(new("http.response.body.size", entry.Bytes));
        if (entry.Elapsed is { } elapsed) values.Add(new("http.server.request.duration", Math.Round(elapsed.TotalSeconds, 6)));
        if (entry.Error is not null) values.Add(new("error.type", entry.Error));
        if (entry.Span is { } span)
        {
            values.Add(new("trace_id", span.TraceId.ToHexString()));
            values.Add(new("span_id", span.SpanId.ToHexString()));
        }

        return values;
    }

    private void AddRequest(List<KeyValuePair<string, object?>> values, HttpRequest request)
    {
        values.Add(new("http.request.method", request.Method));
        values.Add(new("url.scheme", request.Scheme));
        values.Add(new("url.path", ConnectionLog.Escape(request.RawPath)));
        if (!request.RawQuery.IsEmpty)
            values.Add(new("url.query", ConnectionLog.Escape(mask.MaskQuery(request.RawQuery), request.RawQuery.Length)));
        values.Add(new("network.protocol.version", SpanAttributes.ProtocolVersion(request)));
        SpanAttributes.AddServer(values, ConnectionLog.Escape(request.HostBytes));
        if (request.Headers.TryGetValue("Referer"u8, out ReadOnlySpan<byte> referer))
            AddField(values, "http.request.header.referer", referer);
        if (request.Headers.TryGetValue("User-Agent"u8, out ReadOnlySpan<byte> agent))
            AddField(values, "user_agent.original", agent);
    }

    private void AddField(List<KeyValuePair<string, object?>> values, string name, ReadOnlySpan<byte> text) =>
        values.Add(new(name, ConnectionLog.Escape(text, mask)));

    // The writer escapes whatever is not plain ASCII.
    private static string ToJson(List<KeyValuePair<string, object?>> values, Exception? exception)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            foreach ((string name, object? value) in values)
            {
                json.WritePropertyName(name);
                switch (value)
                {
                    case int number: json.WriteNumberValue(number); break;
                    case long number: json.WriteNumberValue(number); break;
                    case double number: json.WriteNumberValue(number); break;
                    default: json.WriteStringValue((string?)value); break;
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    [LoggerMessage(
        3, LogLevel.Information, "{Client} \"{Request} HTTP/1.{MinorVersion}\" {StatusCode} {Bytes} {Milliseconds:0.000} ms",
        SkipEnabledCheck = true)]
    private static partial void LogShort(
        ILogger logger, string client, string request, int minorVersion, int statusCode, long bytes, double milliseconds);

    [LoggerMessage(4, LogLevel.Information, "{Client} \"{Request}\" {StatusCode} {Bytes}: {Why}", SkipEnabledCheck = true)]
    private static partial void LogRefused(ILogger logger, string client, string request, int statusCode, long bytes, string why);

    [LoggerMessage(
        11, LogLevel.Information, "{Client} - - [{Time}] \"{Request}\" {StatusCode} {Bytes} \"{Referer}\" \"{UserAgent}\"",
        SkipEnabledCheck = true)]
    private static partial void LogCombined(
        ILogger logger, string client, string time, string request, int statusCode, long bytes, string referer, string userAgent);
}
