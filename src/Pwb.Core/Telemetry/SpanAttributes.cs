using System.Globalization;
using System.Net;
using System.Text;
using Pwb.Platform;

namespace Pwb.Telemetry;

/// <summary>
/// The attributes of a span at the start of its request: OpenTelemetry's semantic conventions for HTTP server spans.
/// </summary>
internal static class SpanAttributes
{
    public static List<KeyValuePair<string, object?>> Of(HttpRequest request, string method, QueryMask mask)
    {
        List<KeyValuePair<string, object?>> attributes = new(12)
        {
            new("http.request.method", method),
            new("url.scheme", request.Scheme),
            new("url.path", Encoding.ASCII.GetString(request.RawPath)),
            new("network.protocol.version", ProtocolVersion(request)),
        };
        if (method == RequestMethods.Other) attributes.Add(new("http.request.method_original", request.Method));
        if (!request.RawQuery.IsEmpty)
            attributes.Add(new("url.query", Encoding.ASCII.GetString(mask.MaskQuery(request.RawQuery))));
        AddServer(attributes, request.Host);
        AddClient(attributes, request.Connection);
        if (request.Headers.TryGetValue("User-Agent"u8, out ReadOnlySpan<byte> agent))
            attributes.Add(new("user_agent.original", Encoding.Latin1.GetString(agent)));
        return attributes;
    }

    public static string ProtocolVersion(HttpRequest request) => request.Head.MinorVersion == 0 ? "1.0" : "1.1";

    /// <summary>
    /// Adds a request's host and port. The parser has seen to it that it is a host, with brackets around an IPv6 address, and
    /// perhaps a port.
    /// </summary>
    public static void AddServer(List<KeyValuePair<string, object?>> attributes, string host)
    {
        if (host.Length == 0) return;

        int end = host[0] == '[' ? host.IndexOf(']', StringComparison.Ordinal) + 1 : host.IndexOf(':', StringComparison.Ordinal);
        if (end < 0) end = host.Length;
        attributes.Add(new("server.address", host[..end].Trim('[', ']')));
        ReadOnlySpan<char> digits = host.AsSpan(Math.Min(end + 1, host.Length));
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int port))
            attributes.Add(new("server.port", port));
    }

    // No field is believed: this is who is at the other end of the connection, or whom an end point's own proxy tells.
    private static void AddClient(List<KeyValuePair<string, object?>> attributes, HttpConnectionInfo connection)
    {
        EndPoint? peer = connection.ProxyEndPoint ?? connection.RemoteEndPoint;
        if (AddressOf(connection.RemoteEndPoint) is not { } client || AddressOf(peer) is not { } address) return;

        attributes.Add(new("client.address", client));
        attributes.Add(new("network.peer.address", address));
        if (peer is IPEndPoint { Port: int port }) attributes.Add(new("network.peer.port", port));
    }

    private static string? AddressOf(EndPoint? end) => end switch
    {
        null => null,
        IPEndPoint ip => ip.Address.ToString(),
        _ => SafeName.Of(end),
    };
}
