using System.Text;
using Pwb.Testing.Recordings;

namespace Pwb;

/// <summary>
/// A request that has come to a <see cref="FakeService"/>, with its content. It outlives the request and the service.
/// </summary>
/// <example><code>
/// RecordedRequest order = await service.RequestAsync(1);
/// Assert.Equal("POST /orders", $"{order.Method} {order.Target}");
/// Assert.Equal("application/json", order.Headers["Content-Type"]);
/// Assert.Equal("""{"tea":2}""", order.Text);
/// </code></example>
public sealed class RecordedRequest
{
    internal RecordedRequest(HttpRequest request, string scheme, byte[] content, long contentLength, DateTimeOffset receivedAt)
    {
        Request = request;
        Scheme = scheme;
        Content = content;
        ContentLength = contentLength;
        ReceivedAt = receivedAt;
        Method = request.Method;
        Target = Encoding.Latin1.GetString(request.Target);
    }

    /// <summary>The place in the order in which requests came to this service, from 1.</summary>
    public int Number { get; internal set; }

    /// <summary>The method, such as "GET". Case matters.</summary>
    public string Method { get; }

    /// <summary>The request target exactly as it was sent, such as "/search?q=a%20b".</summary>
    public string Target { get; }

    /// <summary>The path in its normal form, decoded once: see <see cref="HttpRequest.Path"/>.</summary>
    public string Path => Request.Path;

    /// <summary>The names and values of the query: <c>request.Query["q"]</c>.</summary>
    public QueryParameters Query => Request.Query;

    /// <summary>"https" if there was TLS, else "http".</summary>
    public string Scheme { get; }

    /// <summary>The host that was asked, with the port if one was sent.</summary>
    public string Host => Request.Host;

    /// <summary>The field lines, as they were sent.</summary>
    public HttpFields Headers => Request.Headers;

    /// <summary>
    /// The content; at most as much as the service keeps: see the constructor of <see cref="FakeService"/>. Empty when there was
    /// none.
    /// </summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary><see cref="Content"/>, read as UTF-8. Makes a string each time.</summary>
    public string Text => Encoding.UTF8.GetString(Content.Span);

    /// <summary>The length of the content in bytes: of all that came, also where <see cref="Content"/> was cut.</summary>
    public long ContentLength { get; }

    /// <summary>The values of the parameters of the pattern that matched: <c>request.Route["city"]</c>.</summary>
    public RouteValues Route { get; internal set; }

    /// <summary>When the request had come with its content, by the clock of the service.</summary>
    public DateTimeOffset ReceivedAt { get; }

    /// <summary>The number of the connection: the same for requests that shared one.</summary>
    public long ConnectionId => Request.Connection.Id;

    /// <summary>The request as the server saw it. Its content has been read.</summary>
    internal HttpRequest Request { get; }

    /// <summary>The result of the request, for messages.</summary>
    internal string Outcome { get; set; } = "";

    /// <summary>Whether no answer was set for it.</summary>
    internal bool IsUnexpected { get; set; }

    /// <summary>The response of a real service, or null.</summary>
    internal RecordedResponse? Response { get; set; }

    /// <summary>The request in one line, with what became of it, such as <c>GET /v1/Paris -> 503</c>.</summary>
    public override string ToString()
    {
        string content = ContentLength == 0 ? "" : $" ({ContentLength} bytes)";
        return $"{Method} {Target}{content} -> {Outcome}";
    }
}
