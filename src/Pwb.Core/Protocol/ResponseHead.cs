using System.Globalization;
using System.Text;

namespace Pwb.Protocol;

/// <summary>The ways to find the end of a response's content.</summary>
internal enum ContentFraming
{
    /// <summary>By Content-Length, which the response's head already has, or by there being none.</summary>
    Sized,

    /// <summary>By the chunked coding.</summary>
    Chunked,

    /// <summary>By the end of the connection, for HTTP/1.0.</summary>
    CloseDelimited,
}

/// <summary>The one place where a response's head and its framing fields are written: RFC 9112 §4, §6, §9.</summary>
internal static class ResponseHead
{
    /// <summary>Room enough for what <see cref="Write"/> adds to the two parts that it is given.</summary>
    public const int MaxAddedLength = 96;

    private static readonly string[] ServerOwned = ["Content-Length", "Transfer-Encoding", "Connection", "Date"];

    /// <summary>Checks a field that a handler sets.</summary>
    /// <exception cref="ArgumentException">The field would make the response invalid, or is the server's own.</exception>
    public static void CheckField(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (!Grammar.IsToken(name))
            throw new ArgumentException("A field name is a token (RFC 9110 §5.1).", nameof(name));
        if (ServerOwned.Contains(name, StringComparer.OrdinalIgnoreCase))
            throw new ArgumentException($"{name} is written by the server.", nameof(name));

        foreach (char character in value)
        {
            if (character is (< ' ' and not '\t') or '\x7F' or > '\xFF')
                throw new ArgumentException(
                    $"The value of {name} holds a character that a field value cannot hold (RFC 9110 §5.5).", nameof(value));
        }

        if (value.Length > 0 && (value[0] is ' ' or '\t' || value[^1] is ' ' or '\t'))
            throw new ArgumentException($"The value of {name} has blanks at its ends.", nameof(value));
    }

    /// <summary>Checks a field that a handler sends in the trailer section: RFC 9110 §6.5.1.</summary>
    /// <exception cref="ArgumentException">The field is not valid, or its meaning must be known before the content.</exception>
    public static void CheckTrailer(string name, string value)
    {
        CheckField(name, value);
        if (FieldSectionParser.IsForbiddenInTrailers(Encoding.ASCII.GetBytes(name)))
            throw new ArgumentException($"{name} cannot stand in a trailer section.", nameof(name));
    }

    /// <summary>Renders what does not depend on the request: status line, field lines and Content-Length.</summary>
    public static byte[] Render(
        int statusCode, ReadOnlySpan<(
            string Name,
            string Value)> fields, string? contentType, long? contentLength, out int fieldsStart, out int fieldsLength)
    {
        string statusLine =
            string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {statusCode} {ReasonPhrases.Get(statusCode)}\r\n");

        // RFC 9110 §8.6: no Content-Length in a 204. A 304 could have one, but it would have to be that of the 200.
        string lengthLine = contentLength is not { } length || statusCode is 101 or 204 or 304
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");

        fieldsStart = statusLine.Length;
        fieldsLength = contentType is null ? 0 : "Content-Type: \r\n".Length + contentType.Length;
        foreach ((string name, string value) in fields) fieldsLength += name.Length + value.Length + 4;

        byte[] head = new byte[statusLine.Length + fieldsLength + lengthLine.Length];
        int written = Append(head, 0, statusLine);
        foreach ((string name, string value) in fields) written = AppendField(head, written, name, value);
        if (contentType is not null) written = AppendField(head, written, "Content-Type", contentType);
        Append(head, written, lengthLine);
        return head;
    }

    /// <summary>Renders the line of a field that has been checked.</summary>
    public static byte[] RenderField(string name, string value)
    {
        byte[] line = new byte[name.Length + value.Length + 4];
        AppendField(line, 0, name, value);
        return line;
    }

    /// <summary>Writes a head: the response's part, the fields that depend on the request, and Date and Server.</summary>
    /// <param name="destination">Has room for the two given parts and <see cref="MaxAddedLength"/>.</param>
    /// <param name="head">The result of <see cref="Render"/>.</param>
    /// <param name="hasUpgrade">Whether that has an Upgrade field.</param>
    /// <param name="framing">The framing of the content.</param>
    /// <param name="request">The head of the request that is answered.</param>
    /// <param name="close">Whether the connection closes afterwards.</param>
    /// <param name="dateAndServer">
    /// The Date field, the Server field if there is one, and the empty line that ends the head.
    /// </param>
    /// <returns>The number of bytes written.</returns>
    public static int Write(
        Span<byte> destination,
        ReadOnlySpan<byte> head,
        bool hasUpgrade,
        ContentFraming framing,
        RequestHead request,
        bool close,
        ReadOnlySpan<byte> dateAndServer)
    {
        int written = Copy(head, destination);

        if (framing == ContentFraming.Chunked) written += Copy("Transfer-Encoding: chunked\r\n"u8, destination[written..]);

        // RFC 9110 §7.8: who sends Upgrade names it in Connection.
        bool keepAlive = !close && request.MinorVersion == 0;
        if (close) written += Copy("Connection: close"u8, destination[written..]);
        else if (keepAlive) written += Copy("Connection: keep-alive"u8, destination[written..]);
        if (hasUpgrade) written += Copy(close || keepAlive ? ", Upgrade"u8 : "Connection: Upgrade"u8, destination[written..]);
        if (close || keepAlive || hasUpgrade) written += Copy("\r\n"u8, destination[written..]);

        return written + Copy(dateAndServer, destination[written..]);
    }

    private static int AppendField(byte[] head, int at, string name, string value)
    {
        at = Append(head, at, name);
        at = Append(head, at, ": ");
        at = Append(head, at, value);
        return Append(head, at, "\r\n");
    }

    // In Latin-1, whose characters CheckField lets through. The runtime's encoding would be compiled at each start for this.
    private static int Append(byte[] head, int at, string text)
    {
        foreach (char character in text) head[at++] = (byte)character;
        return at;
    }

    private static int Copy(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        source.CopyTo(destination);
        return source.Length;
    }
}
