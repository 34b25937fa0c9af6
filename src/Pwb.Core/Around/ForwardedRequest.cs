using System.Net;

namespace Pwb;

/// <summary>
/// The origin of a request, by the statements of trusted proxies. <see cref="HttpRequest.Connection"/> and
/// <see cref="HttpRequest.Host"/> keep the values of the connection.
/// </summary>
/// <example><code>IPAddress? client = ForwardedRequest.Of(request).Client;</code></example>
public sealed class ForwardedRequest
{
    private static readonly object Key = new();

    /// <summary>The client's address; null if it is not known.</summary>
    public IPAddress? Client { get; init; }

    /// <summary>The scheme that the client has used: "https" or "http".</summary>
    public string Scheme { get; init; } = "http";

    /// <summary>The host that the client has asked for, with its port if one was named.</summary>
    public string Host { get; init; } = "";

    /// <summary>
    /// The origin of a request. Without a <see cref="ForwardedHandler"/> around, or without a proxy, it is that of the connection
    /// and of Host.
    /// </summary>
    public static ForwardedRequest Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Items.TryGetValue(Key, out object? known) && known is ForwardedRequest forwarded) return forwarded;
        IPAddress? client = (request.Connection.RemoteEndPoint as IPEndPoint)?.Address;
        return new ForwardedRequest { Client = client, Scheme = request.Scheme, Host = request.Host };
    }

    internal static void Set(HttpRequest request, ForwardedRequest forwarded) => request.Items[Key] = forwarded;
}
