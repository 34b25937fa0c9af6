using System.Buffers;
using System.Net;
using System.Text;
using Pwb.Model;
using Pwb.Protocol;

namespace Pwb;

/// <summary>
/// A request. A handler may keep it: it has its own bytes, and never changes into another request. Only <see cref="Body"/> ends
/// with the response.
/// </summary>
/// <example><code>
/// HttpResponse response = await handler.HandleAsync(new HttpRequest("GET", "/orders/7?full=1"), default); // in a test
/// </code></example>
public sealed class HttpRequest
{
    private readonly RequestHead _head;
    private IRequestConnection? _connection;
    private HttpConnectionInfo? _connectionInfo;
    private byte[] _bytes = [];
    private int _offset;
    private byte[]? _withoutDotSegments;
    private string? _path;
    private HttpFields _trailers = HttpFields.None;
    private Dictionary<object, object?>? _items;

    /// <summary>Makes a request without a connection, for the test of a handler.</summary>
    /// <param name="method">
    /// The method, such as "GET". An unregistered method counts as one of <see cref="PwbServerOptions.AdditionalMethods"/>.
    /// </param>
    /// <param name="target">The request target as it would be on the wire, such as "/search?q=1".</param>
    /// <param name="body">The content, or null. Its length becomes <see cref="ContentLength"/> if it can be known.</param>
    /// <param name="headers">The field lines. Without a Host, "localhost" is added.</param>
    /// <exception cref="ArgumentException">The server would refuse such a request; the message says why.</exception>
    public HttpRequest(
        string method, string target, Stream? body = null, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(target);

        _head = new RequestHead();
        Headers = new HttpFields();
        _bytes = RenderHead(method, target, headers);
        Rejection rejection = Parse(method, target);
        if (rejection != Rejection.None) throw new ArgumentException(rejection.Sentence(), WrongArgument(rejection));

        Headers.SetBytes(_bytes, 0);
        Body = body ?? Stream.Null;
        if (_head.ContentLength < 0 && body is { CanSeek: true }) _head.ContentLength = body.Length - body.Position;
    }

    /// <summary>A request that is lent, again and again: see <see cref="Lend"/>.</summary>
    internal HttpRequest(RequestHead head, HttpFields headers)
    {
        _head = head;
        Headers = headers;
    }

    /// <summary>A request with its own bytes, which its handler may keep.</summary>
    internal HttpRequest(RequestHead head, HttpFields headers, byte[] bytes, IRequestConnection connection, RequestLife life)
        : this(head, headers)
    {
        _connection = connection;
        _bytes = bytes;
        Life = life;
    }

    /// <summary>The method, such as "GET". Case matters.</summary>
    public string Method => _head.KnownMethod ?? Encoding.ASCII.GetString(Bytes(_head.Method));

    /// <summary>The request target exactly as it was sent.</summary>
    public ReadOnlySpan<byte> Target => Bytes(_head.Target);

    /// <summary>
    /// The path of the target as it was sent, with percent-escapes and dot segments; "/" when an absolute-form target has none,
    /// "*" for OPTIONS *. One resource has many such spellings, so decide by <see cref="Path"/> about routes and permissions.
    /// </summary>
    public ReadOnlySpan<byte> RawPath => _head.Path.Length > 0 ? Bytes(_head.Path) : "/"u8;

    /// <summary>The query of the target as it was sent, without the question mark; empty without one.</summary>
    public ReadOnlySpan<byte> RawQuery => Bytes(_head.Query);

    /// <summary>The names and values of the query: <c>request.Query["q"]</c>.</summary>
    public QueryParameters Query => new(_bytes.AsMemory(_offset + _head.Query.Start, _head.Query.Length));

    /// <summary>
    /// The path in its normal form. Percent-escapes are decoded once, as UTF-8; an escaped slash stays "%2F". The segments "."
    /// and "..", escaped or not, are removed (RFC 3986 §5.2.4). Empty segments stay. Route and check permissions by it; <see
    /// cref="StaticFileHandler"/> serves by it too. The server refuses a path that is not UTF-8, or that leads above the root
    /// (400).
    /// </summary>
    public string Path => _path ??= TargetPath.Decode(EscapedPath);

    /// <summary>The protocol version: 1.1 or 1.0. A higher 1.x counts as 1.1.</summary>
    /// <exception cref="ArgumentException">It is set to another version.</exception>
    public Version Version
    {
        get => _head.MinorVersion == 0 ? HttpVersion.Version10 : HttpVersion.Version11;
        init
        {
            if (value != HttpVersion.Version10 && value != HttpVersion.Version11)
                throw new ArgumentException("A request's version is 1.0 or 1.1.", nameof(value));
            _head.MinorVersion = value.Minor;
        }
    }

    /// <summary>
    /// The host, with the port if the client sent one: of an absolute-form target, otherwise of the Host field. For
    /// CONNECT it is the target. Empty for HTTP/1.0 without either.
    /// </summary>
    public string Host => Encoding.ASCII.GetString(HostBytes);

    /// <summary>
    /// Whether the request asks for a WebSocket (RFC 6455 §4.2.1): a GET in HTTP/1.1 with "websocket" in Upgrade and "upgrade" in
    /// Connection.
    /// </summary>
    public bool IsWebSocketRequest => _head.AsksForWebSocket;

    /// <summary>The header section.</summary>
    public HttpFields Headers { get; }

    /// <summary>The cookies that the client sent: <c>request.Cookies["session"]</c>.</summary>
    public RequestCookies Cookies => new(Headers);

    /// <summary>
    /// The trailer section of chunked content, once the content has been read to its end. Empty before, and never merged into
    /// <see cref="Headers"/>.
    /// </summary>
    /// <exception cref="ArgumentNullException">It is set to null.</exception>
    public HttpFields Trailers
    {
        get => _trailers;
        init => _trailers = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>The value of Content-Length; null without one, as with chunked content.</summary>
    public long? ContentLength => _head.ContentLength >= 0 ? _head.ContentLength : null;

    /// <summary>
    /// The content; an empty stream without one. It is read from the connection, so it can be read once, until the response has
    /// been sent. Reading throws <see cref="RequestRejectedException"/> if the content is malformed, incomplete, too large or too
    /// slow.
    /// </summary>
    public Stream Body { get; internal set; } = Stream.Null;

    /// <summary>The connection of the request: both end points, TLS, and the client certificate.</summary>
    /// <exception cref="ArgumentNullException">It is set to null.</exception>
    public HttpConnectionInfo Connection
    {
        get => _connectionInfo ??= _connection?.Info ?? new HttpConnectionInfo();
        init => _connectionInfo = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>
    /// The scheme (RFC 9110 §4.2): "https" if <see cref="HttpConnectionInfo.IsSecure"/>, else "http". An absolute-form target or
    /// a proxy does not change it.
    /// </summary>
    public string Scheme => Connection.IsSecure ? "https" : "http";

    /// <summary>
    /// Values that handlers leave for each other, such as the user who signed in. Empty at first. Not thread-safe, as a
    /// dictionary is not.
    /// </summary>
    /// <example><code>
    /// request.Items[User] = "alice"; // static readonly object User = new();
    /// </code></example>
    public IDictionary<object, object?> Items => _items ??= [];

    /// <summary>
    /// <see cref="Path"/> before its percent-escapes are decoded. Allocates nothing for a path without dot segments.
    /// </summary>
    internal ReadOnlySpan<byte> EscapedPath =>
        _head.HasDotSegments ? _withoutDotSegments ??= TargetPath.RemoveDotSegments(RawPath) : RawPath;

    /// <summary>
    /// Cancelled when no client is left to receive a response: the client has left, was too slow with its content, or the
    /// server's grace period is over. Each request has its own token; <see cref="IRequestHandler.HandleAsync"/> gets it as its
    /// argument.
    /// </summary>
    public CancellationToken Aborted
    {
        get => field == default && Life is not null ? Life.Aborted : field;
        init;
    }

    /// <summary>
    /// Cancelled when the server begins to stop. Event streams, long polls and the like should end by it. Work that goes on has
    /// <see cref="PwbServerLimits.ShutdownGracePeriod"/>; then <see cref="Aborted"/> is cancelled.
    /// </summary>
    public CancellationToken Stopping
    {
        get => field == default && Life is not null ? Life.Stopping : field;
        init;
    }

    /// <summary>
    /// The path of the pattern that a router found for the request, or null: http.route of OpenTelemetry's conventions.
    /// </summary>
    internal string? RouteTemplate { get; set; }

    /// <summary>The tokens that the server gave it; null for a request that is lent, or comes from no server.</summary>
    internal RequestLife? Life { get; }

    /// <summary>The server's clock; the system's for a request that is lent, or comes from no server.</summary>
    internal TimeProvider Clock => Life?.Clock ?? TimeProvider.System;

    internal ReadOnlySpan<byte> HostBytes => Bytes(_head.Host);

    internal RequestHead Head => _head;

    internal ReadOnlySpan<byte> RequestLine =>
        _bytes.AsSpan(_offset + _head.Method.Start, _head.Target.Start + _head.Target.Length - _head.Method.Start);

    /// <summary>Becomes another request.</summary>
    /// <param name="connection">Where it came from.</param>
    /// <param name="bytes">The text that the head's slices are relative to.</param>
    /// <param name="offset">Where they begin in it.</param>
    internal void Lend(IRequestConnection connection, byte[] bytes, int offset)
    {
        _connection = connection;
        _bytes = bytes;
        _offset = offset;
        Headers.SetBytes(bytes, offset);
    }

    /// <summary>Sets the trailer section, when the content has been read to its end.</summary>
    internal void SetTrailers(HttpFields trailers) => _trailers = trailers;

    /// <summary>Forgets the request, which was only lent.</summary>
    internal void Clear()
    {
        _path = null;
        _withoutDotSegments = null;
        RouteTemplate = null;
        _connection = null;
        _connectionInfo = null;
        _bytes = [];
        _offset = 0;
        _trailers = HttpFields.None;
        _items = null;
        Body = Stream.Null;
    }

    private ReadOnlySpan<byte> Bytes(Slice slice) => _bytes.AsSpan(_offset + slice.Start, slice.Length);

    private static byte[] RenderHead(string method, string target, ReadOnlySpan<(string Name, string Value)> headers)
    {
        StringBuilder head = new();
        head.Append(method).Append(' ').Append(target).Append(" HTTP/1.1\r\n");
        FieldSectionText.Append(head, headers, nameof(headers));
        bool hasHost = false;
        foreach ((string name, _) in headers) hasHost |= string.Equals(name, "Host", StringComparison.OrdinalIgnoreCase);
        if (!hasHost) head.Append("Host: localhost\r\n");
        head.Append("\r\n");

        string text = head.ToString();
        if (text.Any(character => character > 0xFF))
            throw new ArgumentException(
                "A request target is made of bytes: it cannot hold characters above U+00FF.", nameof(target));
        return Encoding.Latin1.GetBytes(text);
    }

    private static string WrongArgument(Rejection rejection) => rejection switch
    {
        Rejection.BadMethod or Rejection.MethodNotImplemented => "method",
        Rejection.BadTarget or Rejection.BadRequestLine or Rejection.RequestLineTooLong => "target",
        _ => "headers",
    };

    // The parser may split a request line otherwise than it was composed. Then its target is not the given one.
    private Rejection Parse(string method, string target)
    {
        if (!KnownMethods.IsValid(method)) return Rejection.BadMethod;
        RequestParser parser = new(PwbServerLimits.Default, [method]);
        _head.Reset();
        return parser.Parse(_bytes, _head, Headers) switch
        {
            OperationStatus.InvalidData => parser.Rejection,
            OperationStatus.Done when _head.Target.Length != target.Length => Rejection.BadTarget,
            OperationStatus.Done when _head.Length == _bytes.Length => Rejection.None,
            _ => Rejection.BadFieldValue, // an empty line inside of an argument
        };
    }
}
