using System.Globalization;
using System.Net;
using System.Text;

namespace Pwb.Telemetry;

/// <summary>What a span says of its request when it starts: OpenTelemetry's semantic conventions for HTTP server spans.</summary>
internal static class SpanAttributes
{
    private const string Redacted = "REDACTED";

    // The list of the conventions. Case matters there.
    private static readonly string[] Secret = ["X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "AWSAccessKeyId", "Signature", "sig", "X-Goog-Signature"];

    public static List<KeyValuePair<string, object?>> Of(HttpRequest request, string method)
    {
        List<KeyValuePair<string, object?>> attributes = new(12)
        {
            new("http.request.method", method),
            new("url.scheme", request.Scheme),
            new("url.path", Encoding.ASCII.GetString(request.RawPath)),
            new("network.protocol.version", ProtocolVersion(request)),
        };
        if (method == RequestMethods.Other) attributes.Add(new("http.request.method_original", request.Method));
        if (Query(request) is { } query) attributes.Add(new("url.query", query));
        AddServer(attributes, request.Host);
        AddClient(attributes, request.RemoteEndPoint);
        if (request.Headers.TryGetValue("User-Agent"u8, out ReadOnlySpan<byte> agent)) attributes.Add(new("user_agent.original", Encoding.Latin1.GetString(agent)));
        return attributes;
    }

    public static string ProtocolVersion(HttpRequest request) => request.Head.MinorVersion == 0 ? "1.0" : "1.1";

    /// <summary>The query, without the values of signatures and keys that are known to be secret; null when there is none.</summary>
    public static string? Query(HttpRequest request)
    {
        if (request.RawQuery.IsEmpty) return null;

        string query = Encoding.ASCII.GetString(request.RawQuery);
        if (!Array.Exists(Secret, name => query.Contains(name + "=", StringComparison.Ordinal))) return query;
        return string.Join('&', query.Split('&').Select(pair => Array.Find(Secret, name => pair.StartsWith(name + "=", StringComparison.Ordinal)) is { } name ? $"{name}={Redacted}" : pair));
    }

    /// <summary>Adds a request's host and port. The parser has seen to it that it is a host, with brackets around an IPv6 address, and perhaps a port.</summary>
    public static void AddServer(List<KeyValuePair<string, object?>> attributes, string host)
    {
        if (host.Length == 0) return;

        int end = host[0] == '[' ? host.IndexOf(']', StringComparison.Ordinal) + 1 : host.IndexOf(':', StringComparison.Ordinal);
        if (end < 0) end = host.Length;
        attributes.Add(new("server.address", host[..end].Trim('[', ']')));
        if (int.TryParse(host.AsSpan(Math.Min(end + 1, host.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out int port)) attributes.Add(new("server.port", port));
    }

    // Nothing is believed that a proxy may have said, or a client: this is who is at the other end of the connection.
    private static void AddClient(List<KeyValuePair<string, object?>> attributes, EndPoint? client)
    {
        string? address = client is IPEndPoint ip ? ip.Address.ToString() : client?.ToString();
        if (address is null) return;

        attributes.Add(new("client.address", address));
        attributes.Add(new("network.peer.address", address));
        if (client is IPEndPoint { Port: int port }) attributes.Add(new("network.peer.port", port));
    }
}
