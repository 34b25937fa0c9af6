using System.Net;
using System.Security.Cryptography;
using System.Text;
using Pwb.Protocol;

namespace Pwb.Proxying;

/// <summary>Makes the target's request from the client's.</summary>
/// <param name="keepsHost">Whether the target gets the client's Host.</param>
internal sealed class RequestForwarding(bool keepsHost)
{
    // Fields that are written anew, or that belong to the client's connection.
    private static readonly string[] Rewritten =
        ["Content-Length", "Expect", "Forwarded", "Host", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"];

    private readonly string _via = $"1.1 pwb-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}"; // RFC 9110 §7.6.3

    /// <summary>Whether a request has passed this handler before.</summary>
    public bool HasSeen(HttpRequest request) => request.Headers["Via"]?.Contains(_via, StringComparison.Ordinal) ?? false;

    /// <param name="request">The request.</param>
    /// <param name="uri">The target's URL.</param>
    /// <param name="end">Called when the request's content is out.</param>
    public HttpRequestMessage Make(HttpRequest request, Uri uri, Action end)
    {
        HttpRequestMessage message = new(new HttpMethod(request.Method), uri)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = ContentOf(request, end),
        };
        bool isLetIn = RequestUser.Of(request) is not null;
        HopFields hop = HopFieldsOf(request);
        foreach ((string name, string value) in request.Headers)
        {
            if (hop.Has(name) || IsRewritten(name)) continue;
            if (isLetIn && name.Equals("Authorization", StringComparison.OrdinalIgnoreCase)) continue; // it was for this server
            Add(message, name, value);
        }

        AddOwn(message, request);
        return message;
    }

    private void AddOwn(HttpRequestMessage message, HttpRequest request)
    {
        ForwardedRequest forwarded = ForwardedRequest.Of(request);
        if (keepsHost && request.Host.Length > 0) AddHost(message, request.Host);
        Add(message, "Via", request.Headers["Via"] is { } via ? $"{via}, {_via}" : _via);
        if (forwarded.Client is { } client)
            Add(message, "X-Forwarded-For", (client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client).ToString());
        if (forwarded.Host.Length > 0) Add(message, "X-Forwarded-Host", forwarded.Host);
        Add(message, "X-Forwarded-Proto", forwarded.Scheme);

        // Other protocols are not passed on: a target that spoke HTTP/2 on the connection would get around this server's rules.
        if (!request.IsWebSocketRequest) return;
        Add(message, "Connection", "Upgrade");
        Add(message, "Upgrade", "websocket");
    }

    // The client library refuses hosts such as a..b. Unchecked, they would go out beside a Host of its own.
    private static void AddHost(HttpRequestMessage message, string host)
    {
        try
        {
            message.Headers.Host = host;
        }
        catch (FormatException)
        {
            throw new RequestRejectedException(Rejection.BadHost);
        }
    }

    // Gateways that turn names into variables cannot tell X_Forwarded_For from X-Forwarded-For.
    private static bool IsRewritten(string name) =>
        Rewritten.Contains(name.Replace('_', '-'), StringComparer.OrdinalIgnoreCase);

    private static HopFields HopFieldsOf(HttpRequest request)
    {
        HopFields hop = new();
        foreach (FieldLine line in request.Headers)
        {
            if (Ascii.EqualsIgnoreCase(line.Name, "Connection"u8)) hop.Add(line.Value);
        }

        return hop;
    }

    private static ForwardedContent? ContentOf(HttpRequest request, Action end)
    {
        bool isChunked = request.ContentLength is null && request.Headers.TryGetValue("Transfer-Encoding"u8, out _);
        return isChunked || request.ContentLength is not null
            ? new ForwardedContent(request.Body, request.ContentLength, end)
            : null;
    }

    private static void Add(HttpRequestMessage message, string name, string value)
    {
        if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content?.Headers.TryAddWithoutValidation(name, value);
    }
}
