using System.Net;

namespace Pwb;

/// <summary>
/// Whom a request came from, by what the proxies on its way say that are believed. <see cref="HttpRequest.Connection"/> and
/// <see cref="HttpRequest.Host"/> stay what the connection has.
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

    /// <summary>What is known of a request. Without a <see cref="ForwardedHandler"/> around, or a proxy: its connection, and its
    /// own host.</summary>
    public static ForwardedRequest Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Items.TryGetValue(Key, out object? known) && known is ForwardedRequest forwarded) return forwarded;
        IPAddress? client = (request.Connection.RemoteEndPoint as IPEndPoint)?.Address;
        return new ForwardedRequest { Client = client, Scheme = request.Scheme, Host = request.Host };
    }

    internal static void Set(HttpRequest request, ForwardedRequest forwarded) => request.Items[Key] = forwarded;
}
