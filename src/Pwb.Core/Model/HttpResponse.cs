using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Pwb.Http;
using Pwb.Model;
using Pwb.Protocol;

namespace Pwb;

/// <summary>
/// A response: a value that never changes. It can be sent any number of times if its body can. The constructor checks and renders
/// the head, so a mistake throws at the line that makes it.
/// </summary>
/// <example><code>
/// HttpResponse text = HttpResponse.Text("hello\n");
/// HttpResponse file = new(200, ResponseBody.From(File.OpenRead(path)), ("Content-Type", "text/csv"));
/// HttpResponse cached = text.With("Cache-Control", "max-age=60");
/// </code></example>
public sealed class HttpResponse
{
    private static readonly HttpResponse NotFoundResponse = Text("404 Not Found\n", 404);

    private readonly byte[] _head;
    private readonly int _fieldsStart;
    private readonly int _fieldsLength;

    /// <summary>Makes a response.</summary>
    /// <param name="statusCode">A final status code: 200 to 599.</param>
    /// <param name="body">The content; null for none.</param>
    /// <param name="headers">
    /// The field lines. The server adds Content-Length, Transfer-Encoding, Connection, Date and Server. Content without a
    /// Content-Type gets the default of its body.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="statusCode"/> is not within 200 to 599.</exception>
    /// <exception cref="ArgumentException">
    /// A name is not a token, or is one of the server's own; a value holds a control character other than a tab, a character
    /// above U+00FF, or blanks at its ends; the body's length is negative; a 204, 205 or 304 has content; a status lacks the
    /// field that RFC 9110 demands with it: 206 Content-Range (or multipart/byteranges), 401 WWW-Authenticate, 405 Allow, 407
    /// Proxy-Authenticate, 426 Upgrade; there are two Content-Type lines.
    /// </exception>
    public HttpResponse(int statusCode, ResponseBody? body = null, params ReadOnlySpan<(string Name, string Value)> headers)
        : this(Final(statusCode), headers, body ?? ResponseBody.Empty)
    {
    }

    /// <summary>A response of any status, also of one that is not final.</summary>
    internal HttpResponse(int statusCode, ReadOnlySpan<(string Name, string Value)> headers, ResponseBody body)
    {
        StatusCode = statusCode;
        Body = body;
        ContentLength = Body.Length;

        if (ContentLength < 0) throw new ArgumentException($"The body says that its length is {ContentLength}.", nameof(body));

        FieldCheck fields = new(statusCode);
        foreach ((string name, string value) in headers) fields.Add(name, value);
        HasServer = fields.HasServer;
        HasUpgrade = fields.HasUpgrade;
        IsEventStream = fields.IsEventStream;

        // A body of unknown length may turn out to be empty, as in a gateway. It is never asked for its length.
        bool hasContent = statusCode == 205 ? ContentLength != 0 : ContentLength is > 0;
        if (statusCode is 204 or 205 or 304 && hasContent)
            throw new ArgumentException($"A {statusCode} response has no content.", nameof(body));
        fields.CheckDemanded();

        string? contentType = fields.HasContentType || ContentLength == 0 || !MayHaveContent ? null : Body.DefaultContentType;
        _head = ResponseHead.Render(statusCode, headers, contentType, ContentLength, out _fieldsStart, out _fieldsLength);
    }

    /// <summary>The status code.</summary>
    public int StatusCode { get; }

    /// <summary>The content.</summary>
    public ResponseBody Body { get; }

    /// <summary>The field lines, without those that the server adds when it sends the response.</summary>
    public HttpFields Headers => field ??= ParseFields();

    /// <summary>The length of the content as it was when the response was made.</summary>
    internal long? ContentLength { get; }

    internal bool HasServer { get; }

    internal bool HasUpgrade { get; }

    /// <summary>Whether a response like this may have content: RFC 9110 §6.4.1, §9.3.6.</summary>
    internal bool MayHaveContent => StatusCode is not (101 or 204 or 304) && Body is not TakeOverBody;

    /// <summary>Whether each write of its body is an event that its client waits for.</summary>
    internal bool IsEventStream { get; }

    /// <summary>Status line, field lines and Content-Length: all that does not depend on the request.</summary>
    internal ReadOnlySpan<byte> Head => _head;

    /// <summary>Text, as UTF-8.</summary>
    /// <exception cref="ArgumentException">As for the constructor.</exception>
    public static HttpResponse Text(string text, int statusCode = 200, string contentType = "text/plain; charset=utf-8") =>
        new(statusCode, ResponseBody.From(text), ("Content-Type", contentType));

    /// <summary>Bytes.</summary>
    /// <exception cref="ArgumentException">As for the constructor.</exception>
    public static HttpResponse Bytes(
        ReadOnlyMemory<byte> content, int statusCode = 200, string contentType = "application/octet-stream") =>
        new(statusCode, ResponseBody.From(content), ("Content-Type", contentType));

    /// <summary>
    /// A value as JSON, written by the code that the JSON source generator makes: it works trimmed and compiled ahead of time.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="typeInfo">The type to write, such as <c>ShopJson.Default.Order</c>.</param>
    /// <param name="statusCode">The status. Default 200.</param>
    /// <exception cref="ArgumentNullException"><paramref name="typeInfo"/> is null.</exception>
    /// <exception cref="ArgumentException">As for the constructor.</exception>
    /// <exception cref="NotSupportedException"><paramref name="typeInfo"/> cannot write the value.</exception>
    /// <exception cref="JsonException">The value is too deep, or holds itself.</exception>
    public static HttpResponse Json<T>(T value, JsonTypeInfo<T> typeInfo, int statusCode = 200)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return Bytes(JsonSerializer.SerializeToUtf8Bytes(value, typeInfo), statusCode, "application/json");
    }

    /// <summary>An error for programs to read: application/problem+json (RFC 9457).</summary>
    /// <param name="statusCode">The status, 400 to 599.</param>
    /// <param name="detail">
    /// An explanation of this occurrence, for people. It must hold nothing that the client is not to know.
    /// </param>
    /// <param name="title">The kind of the problem, for people. Default: the reason phrase of the status.</param>
    /// <param name="type">
    /// The kind of the problem as a URI, for programs. Default: none, which means that the status says it all.
    /// </param>
    /// <param name="members">More members, such as the names of the fields that are wrong.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="statusCode"/> is not within 400 to 599.</exception>
    /// <exception cref="ArgumentException">
    /// The status demands a field (401, 405, ...): make the response with the constructor.
    /// </exception>
    public static HttpResponse Problem(
        int statusCode,
        string? detail = null,
        string? title = null,
        string? type = null,
        params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 599);
        return Bytes(ProblemJson.Render(statusCode, detail, title, type, members), statusCode, "application/problem+json");
    }

    /// <summary>A redirect to another path of this server.</summary>
    /// <param name="path">
    /// A path, with a query and a fragment if need be. It begins with a slash. Whatever a URI cannot hold is percent-encoded as
    /// UTF-8: "/你" works, and what is encoded stays. Several slashes at its beginning become one, so that a path from a client
    /// cannot name another host.
    /// </param>
    /// <param name="statusCode">
    /// 301 or 308 for good, 302 or 307 for now, 303 for the page to see after a form. Default 302. 307 and 308 keep the method.
    /// </param>
    /// <exception cref="ArgumentException">
    /// <paramref name="path"/> does not begin with a slash. For another server there is the other overload.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="statusCode"/> is another status.</exception>
    public static HttpResponse Redirect(string path, int statusCode = 302)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path is not ['/', ..])
            throw new ArgumentException("A path begins with a slash. To redirect to another server, give a Uri.", nameof(path));
        return RedirectTo("/" + UriText.Encode(path.AsSpan().TrimStart('/')), statusCode);
    }

    /// <summary>A redirect to another server, or to anything that has a URI.</summary>
    /// <param name="location">The absolute URI. It must not come from a client, unless it was compared with a list.</param>
    /// <param name="statusCode">
    /// 301 or 308 for good, 302 or 307 for now, 303 for the page to see after a form. Default 302. 307 and 308 keep the method.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="location"/> is relative.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="statusCode"/> is another status.</exception>
    public static HttpResponse Redirect(Uri location, int statusCode = 302)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (!location.IsAbsoluteUri)
            throw new ArgumentException("The URI is relative. Give the path of this server as a string.", nameof(location));
        return RedirectTo(UriText.Encode(UriText.Of(location)), statusCode);
    }

    /// <summary>404 Not Found.</summary>
    public static HttpResponse NotFound() => NotFoundResponse;

    /// <summary>405 Method Not Allowed.</summary>
    /// <param name="allow">The methods that are allowed, such as "GET, HEAD".</param>
    /// <exception cref="ArgumentException">As for the constructor.</exception>
    public static HttpResponse MethodNotAllowed(string allow) =>
        new(405, ResponseBody.From("405 Method Not Allowed\n"), ("Allow", allow));

    /// <summary>
    /// 101 Switching Protocols (RFC 9110 §7.8): the connection speaks another protocol from here on. Nothing is sent before this
    /// has been returned, and a test may call <paramref name="run"/> by itself. The request must have asked for the protocol, in
    /// HTTP/1.1; else the client gets a 500.
    /// </summary>
    /// <param name="protocol">The protocol's name, such as "websocket".</param>
    /// <param name="run">
    /// Speaks it. It gets the connection as a stream, behind the request's head, for one reader and one writer at a time, and a
    /// token that is cancelled when the client is gone or the server's grace is over; <see cref="HttpRequest.Stopping"/> says
    /// that the server would like to stop. When it returns, the connection closes; when it throws, the client sees that something
    /// is missing, and the log an error.
    /// </param>
    /// <param name="headers">Further field lines.</param>
    /// <exception cref="ArgumentException"><paramref name="protocol"/> is not a token, or a field line is not valid.</exception>
    /// <example><code>
    /// return HttpResponse.Upgrade("echo", async (stream, token) => await stream.CopyToAsync(stream, token));
    /// </code></example>
    public static HttpResponse Upgrade(
        string protocol, Func<Stream, CancellationToken, ValueTask> run, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        ArgumentException.ThrowIfNullOrEmpty(protocol);
        ArgumentNullException.ThrowIfNull(run);
        return TakeOver(new TakeOverBody(protocol, run, tellsFailures: false), headers);
    }

    /// <summary>The same response with a field set: lines of that name are replaced by one.</summary>
    /// <exception cref="ArgumentException">As for the constructor.</exception>
    public HttpResponse With(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new HttpResponse(StatusCode, [.. Lines().Where(line => !Is(line.Name, name)), (name, value)], Body);
    }

    /// <summary>The same response with a field line added behind the others, as for a second Set-Cookie.</summary>
    /// <exception cref="ArgumentException">As for the constructor.</exception>
    public HttpResponse WithAdded(string name, string value) => new(StatusCode, [.. Lines(), (name, value)], Body);

    /// <summary>The same response with one more cookie for the client to keep.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="cookie"/> is null.</exception>
    public HttpResponse WithCookie(SetCookie cookie)
    {
        ArgumentNullException.ThrowIfNull(cookie);
        return WithAdded("Set-Cookie", cookie.ToString());
    }

    /// <summary>
    /// The same response with another body. Its field lines stay, Content-Type and validators too; its length is that of the new
    /// body.
    /// </summary>
    /// <param name="body">The content; null for none. The caller disposes of the old body, unless the new one does.</param>
    /// <exception cref="ArgumentException">As for the constructor.</exception>
    public HttpResponse WithBody(ResponseBody? body) => new(StatusCode, body, [.. Lines()]);

    /// <summary>The same response for a browser to store as a file, under a name that it suggests (RFC 6266).</summary>
    /// <param name="fileName">
    /// The name, in any script. Slashes, backslashes and control characters become "_". A name beyond ASCII goes out as UTF-8
    /// (RFC 8187), with an ASCII name beside it for old clients.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="fileName"/> is empty.</exception>
    public HttpResponse Attachment(string fileName)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        return With("Content-Disposition", ContentDisposition.Attachment(fileName));
    }

    /// <summary>101, and then the body.</summary>
    internal static HttpResponse TakeOver(TakeOverBody body, ReadOnlySpan<(string Name, string Value)> headers) =>
        new(101, [("Upgrade", body.Protocol!), .. headers], body);

    /// <summary>The field lines as strings, for another response with most of them.</summary>
    internal List<(string Name, string Value)> Lines()
    {
        List<(string Name, string Value)> lines = [];
        foreach ((string name, string value) in Headers) lines.Add((name, value));
        return lines;
    }

    private static int Final(int statusCode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 599);
        return statusCode;
    }

    private static HttpResponse RedirectTo(string location, int statusCode)
    {
        if (statusCode is not (301 or 302 or 303 or 307 or 308))
            throw new ArgumentOutOfRangeException(nameof(statusCode), statusCode, "A redirect is a 301, 302, 303, 307 or 308.");
        return new HttpResponse(statusCode, null, ("Location", location));
    }

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    private HttpFields ParseFields()
    {
        FieldSectionParser parser = new(int.MaxValue, int.MaxValue);
        HttpFields fields = new();
        ReadOnlySpan<byte> section = _head.AsSpan(_fieldsStart, _fieldsLength);
        while (parser.ParseLine(section, out _) == OperationStatus.Done) fields.Add(parser.Name, parser.Value);
        fields.SetBytes(_head, _fieldsStart);
        return fields;
    }
}
