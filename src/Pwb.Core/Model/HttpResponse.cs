using System.Text;
using Pwb.Http;
using Pwb.Protocol;

namespace Pwb;

/// <summary>
/// A response: a value that never changes and can be sent any number of times, if its body can. Its head is rendered and
/// checked when it is made, so a mistake shows at the line that made it and sending is copying.
/// </summary>
public sealed partial class HttpResponse
{
    private readonly byte[] _head;
    private readonly int _fieldsStart;
    private readonly int _fieldsLength;

    /// <summary>Makes a response.</summary>
    /// <param name="statusCode">A final status code: 200 to 599.</param>
    /// <param name="body">The content; none if null.</param>
    /// <param name="headers">
    /// The field lines. The server itself adds Content-Length, Transfer-Encoding, Connection, Date and Server; content without a
    /// Content-Type gets the one that fits its body.
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

    // Of any status, also of one that is not final.
    private HttpResponse(int statusCode, ReadOnlySpan<(string Name, string Value)> headers, ResponseBody body)
    {
        StatusCode = statusCode;
        Body = body;
        ContentLength = Body.Length;

        if (ContentLength < 0) throw new ArgumentException($"The body says that its length is {ContentLength}.", nameof(body));

        bool hasContentType = false, hasDemanded = false;
        string? demanded = FieldDemandedBy(statusCode);
        foreach ((string name, string value) in headers)
        {
            ResponseHead.CheckField(name, value);
            if (Is(name, "Content-Type") && hasContentType)
                throw new ArgumentException("A response has one Content-Type (RFC 9110 §8.3).", nameof(headers));
            hasContentType |= Is(name, "Content-Type");
            hasDemanded |= demanded is not null && (Is(name, demanded) || IsMultipartRange(statusCode, name, value));
            HasServer |= Is(name, "Server");
            HasUpgrade |= Is(name, "Upgrade");
            IsEventStream |= Is(name, "Content-Type")
                && value.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);
        }

        // A body of unknown length may turn out to be empty: a gateway passes on what it was given. It is never asked.
        bool hasContent = statusCode == 205 ? ContentLength != 0 : ContentLength is > 0;
        if (statusCode is 204 or 205 or 304 && hasContent)
            throw new ArgumentException($"A {statusCode} response has no content.", nameof(body));
        if (demanded is not null && !hasDemanded)
            throw new ArgumentException($"A {statusCode} response has a field {demanded} (RFC 9110 §15).", nameof(headers));

        string? contentType = hasContentType || ContentLength == 0 || !MayHaveContent ? null : Body.DefaultContentType;
        _head = ResponseHead.Render(statusCode, headers, contentType, ContentLength, out _fieldsStart, out _fieldsLength);
    }

    /// <summary>The status code.</summary>
    public int StatusCode { get; }

    /// <summary>The content.</summary>
    public ResponseBody Body { get; }

    /// <summary>The field lines, but for those that the server adds when it sends the response.</summary>
    public HttpFields Headers => field ??= ParseFields();

    /// <summary>The length of the content as it was when the response was made.</summary>
    internal long? ContentLength { get; }

    internal bool HasServer { get; }

    internal bool HasUpgrade { get; }

    /// <summary>Whether a response of this status may have content: RFC 9110 §6.4.1.</summary>
    internal bool MayHaveContent => StatusCode is not (101 or 204 or 304);

    /// <summary>Whether each write of its body is an event that its client waits for.</summary>
    internal bool IsEventStream { get; }

    /// <summary>Status line, field lines and Content-Length: all that does not depend on the request.</summary>
    internal ReadOnlySpan<byte> Head => _head;

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

    /// <summary>The same response with a cookie for the client to keep, beside those that it has.</summary>
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
    /// <param name="body">
    /// The content; none if null. The old body is the caller's to dispose, unless the new one passes that on.
    /// </param>
    /// <exception cref="ArgumentException">As for the constructor.</exception>
    public HttpResponse WithBody(ResponseBody? body) => new(StatusCode, body, [.. Lines()]);

    /// <summary>
    /// A head with the field lines of this response added that it has not itself, and with this response's body.
    /// </summary>
    internal HttpResponse MergeInto(HttpResponse head)
    {
        List<(string Name, string Value)> lines = head.Lines();
        HashSet<string> names = new(lines.Select(line => line.Name), StringComparer.OrdinalIgnoreCase) { "Content-Type" };
        lines.AddRange(Lines().Where(line => !names.Contains(line.Name)));
        return new HttpResponse(head.StatusCode, [.. lines], Body);
    }

    /// <summary>The same response, which says that it depends on a field of the request (RFC 9110 §12.5.5).</summary>
    internal HttpResponse WithVary(ReadOnlySpan<byte> name) =>
        Varying.Has(Headers, name) ? this : WithAdded("Vary", Encoding.ASCII.GetString(name));

    /// <summary>The same response with those of the lines whose names it does not have.</summary>
    internal HttpResponse WithMissing((string Name, string Value)[] lines)
    {
        List<(string Name, string Value)> all = Lines();
        int count = all.Count;
        foreach ((string Name, string Value) line in lines)
        {
            if (!all.Exists(known => Is(known.Name, line.Name))) all.Add(line);
        }

        return all.Count == count ? this : WithLines(all);
    }

    /// <summary>The same response with other field lines.</summary>
    internal HttpResponse WithLines(List<(string Name, string Value)> lines) => new(StatusCode, [.. lines], Body);

    private static int Final(int statusCode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 599);
        return statusCode;
    }

    private static string? FieldDemandedBy(int statusCode) => statusCode switch
    {
        206 => "Content-Range", // RFC 9110 §15.3.7.1
        401 => "WWW-Authenticate", // §15.5.2
        405 => "Allow", // §15.5.6
        407 => "Proxy-Authenticate", // §15.5.8
        426 => "Upgrade", // §15.5.22
        _ => null,
    };

    // RFC 9110 §15.3.7.2: each of several parts has its own Content-Range.
    private static bool IsMultipartRange(int statusCode, string name, string value) =>
        statusCode == 206 && Is(name, "Content-Type")
            && value.StartsWith("multipart/byteranges", StringComparison.OrdinalIgnoreCase);

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>The field lines as strings, for another response with most of them.</summary>
    internal List<(string Name, string Value)> Lines()
    {
        List<(string Name, string Value)> lines = [];
        foreach ((string name, string value) in Headers) lines.Add((name, value));
        return lines;
    }

    private HttpFields ParseFields()
    {
        FieldSectionParser parser = new(int.MaxValue, int.MaxValue);
        HttpFields fields = new();
        ReadOnlySpan<byte> section = _head.AsSpan(_fieldsStart, _fieldsLength);
        while (parser.ParseLine(section, out _) == System.Buffers.OperationStatus.Done) fields.Add(parser.Name, parser.Value);
        fields.SetBytes(_head, _fieldsStart);
        return fields;
    }
}
