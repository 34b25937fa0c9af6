using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Pwb.Http;
using Pwb.Model;
using Pwb.Protocol;

namespace Pwb;

/// <summary>
/// Reads the content of a request as a whole. Bad content is answered without your code: a <see cref="RequestRejectedException"/>
/// leaves the handler, and the client gets 413 for content above the limit, 415 for another type, 400 for malformed JSON.
/// </summary>
/// <example><code>Order order = await request.ReadJsonAsync(OrdersJson.Default.Order);</code></example>
public static class HttpRequestReading
{
    private const int DefaultMaxLength = 1024 * 1024; // all of it is held in memory, for each request
    private const int MaxAllocatedAhead = 1024 * 1024; // a length is only a claim until the bytes are there
    private const int FirstAllocation = 4096;

    /// <summary>Reads all of the content.</summary>
    /// <param name="request">The request. Its content can be read once.</param>
    /// <param name="maxLength">
    /// The number of bytes from which on the client gets 413, less one. Default 1 MiB. The server's own limit counts as well.
    /// </param>
    /// <param name="cancellationToken">Ends the wait for content.</param>
    /// <exception cref="RequestRejectedException">
    /// The content is too large, malformed, incomplete or too slow. Let it pass.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is negative.</exception>
    public static async ValueTask<byte[]> ReadBytesAsync(
        this HttpRequest request, int maxLength = DefaultMaxLength, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNegative(maxLength);
        if (request.ContentLength > maxLength) throw new RequestRejectedException(Rejection.ContentTooLarge);

        byte[] content = new byte[Math.Min(request.ContentLength ?? Math.Min(FirstAllocation, maxLength), MaxAllocatedAhead)];
        int length = 0;
        while (true)
        {
            if (length == content.Length)
            {
                // One byte more than the limit tells whether there is more; the end of content of known length is known without
                // that.
                if (length == request.ContentLength) return content;
                Array.Resize(
                    ref content,
                    (int)Math.Min(Math.Max(2L * length, FirstAllocation), Math.Min(maxLength + 1L, Array.MaxLength)));
            }

            int read = await request.Body.ReadAsync(content.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0) break;
            length += read;
            if (length > maxLength) throw new RequestRejectedException(Rejection.ContentTooLarge);
        }

        return length == content.Length ? content : content[..length];
    }

    /// <summary>Reads all of the content as text.</summary>
    /// <param name="request">The request. Its content can be read once.</param>
    /// <param name="maxLength">
    /// The number of bytes from which on the client gets 413, less one. Default 1 MiB. The server's own limit counts as well.
    /// </param>
    /// <param name="cancellationToken">Ends the wait for content.</param>
    /// <returns>
    /// The text, without a byte order mark. The charset is that of Content-Type: UTF-8 (the default), UTF-16, ISO-8859-1 or
    /// US-ASCII. Invalid bytes become U+FFFD.
    /// </returns>
    /// <exception cref="RequestRejectedException">
    /// As for <see cref="ReadBytesAsync"/>; or the charset is another one, or the content is compressed: the client gets 415. Let
    /// it pass.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is negative.</exception>
    public static async ValueTask<string> ReadTextAsync(
        this HttpRequest request, int maxLength = DefaultMaxLength, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        CheckCoding(request);
        Encoding encoding =
            FindEncoding(request) ?? throw WrongType("The charset is not one of UTF-8, UTF-16, ISO-8859-1 and US-ASCII.");
        byte[] content = await ReadBytesAsync(request, maxLength, cancellationToken).ConfigureAwait(false);
        ReadOnlySpan<byte> mark = encoding.Preamble;
        return encoding.GetString(content.AsSpan().StartsWith(mark) ? content.AsSpan(mark.Length) : content);
    }

    /// <summary>
    /// Reads all of the content as JSON, by the code that the JSON source generator makes: it works trimmed and compiled ahead of
    /// time.
    /// </summary>
    /// <param name="request">The request. Its content can be read once.</param>
    /// <param name="typeInfo">
    /// The type to read, such as <c>ShopJson.Default.Order</c>. Its options decide about depth (64 by default), case, comments,
    /// unknown and missing members, and two members of one name, which a <see cref="JsonNode"/> never takes.
    /// </param>
    /// <param name="maxLength">
    /// The number of bytes from which on the client gets 413, less one. Default 1 MiB. The server's own limit counts as well.
    /// </param>
    /// <param name="cancellationToken">Ends the wait for content.</param>
    /// <returns>The value. JSON's null is a 400, unless <typeparamref name="T"/> is a struct that can be null.</returns>
    /// <exception cref="RequestRejectedException">
    /// As for <see cref="ReadBytesAsync"/>. Also for malformed JSON or JSON of another shape (400, with line and position, and
    /// nothing of the content), and for compressed content or a Content-Type other than application/json or a type ending in
    /// +json, in UTF-8 (415). Let it pass.
    /// </exception>
    /// <exception cref="ArgumentNullException"><paramref name="typeInfo"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is negative.</exception>
    public static async ValueTask<T> ReadJsonAsync<T>(
        this HttpRequest request, JsonTypeInfo<T> typeInfo, int maxLength =
            DefaultMaxLength, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(typeInfo);

        // Also since a page of another site can have a browser send text or a form without asking first, and JSON only with a
        // preflight.
        CheckCoding(request);
        if (!IsJson(request)) throw WrongType("The content is not application/json in UTF-8.");
        byte[] content = await ReadBytesAsync(request, maxLength, cancellationToken).ConfigureAwait(false);
        return Parse(content, typeInfo);
    }

    private static T Parse<T>(ReadOnlySpan<byte> content, JsonTypeInfo<T> typeInfo)
    {
        // RFC 8259 §8.1: a byte order mark may be ignored. Some clients' libraries write one.
        ReadOnlySpan<byte> mark = Encoding.UTF8.Preamble;
        if (content.StartsWith(mark)) content = content[mark.Length..];
        try
        {
            T? value = JsonSerializer.Deserialize(content, typeInfo);
            if (value is null && !typeof(T).IsValueType) throw BadJson("The content is null.");
            return value is JsonNode && JsonNames.TryFindSecond(content, typeInfo.Options, out int at)
                ? throw BadJson(content[..at])
                : value!;
        }
        catch (JsonException exception)
        {
            // Neither its message nor its path: both quote the content.
            throw exception is { LineNumber: { } line, BytePositionInLine: { } position }
                ? BadJson(line, position)
                : BadJson("The content is not the JSON that is expected here.");
        }
        catch (ArgumentException) when (JsonNames.TryFindSecond(content, typeInfo.Options, out int at))
        {
            // A JsonNode inside the type throws this for such names where the options refuse them.
            throw BadJson(content[..at]);
        }
    }

    /// <summary>Refuses content with a coding: RFC 9110 §15.5.16.</summary>
    internal static void CheckCoding(HttpRequest request)
    {
        string coding = request.Headers["Content-Encoding"] ?? "identity";
        if (coding.Equals("identity", StringComparison.OrdinalIgnoreCase)) return;
        const string sentence = "The content is coded.";
        throw new RequestRejectedException(HttpResponse.Problem(415, sentence).With("Accept-Encoding", "identity"), sentence);
    }

    private static bool IsJson(HttpRequest request) =>
        request.Headers.TryGetValue("Content-Type"u8, out ReadOnlySpan<byte> contentType) && new MediaType(contentType).IsJson;

    private static Encoding? FindEncoding(HttpRequest request)
    {
        if (!request.Headers.TryGetValue("Content-Type"u8, out ReadOnlySpan<byte> contentType)) return Encoding.UTF8;
        return Charsets.Find(new MediaType(contentType).Charset);
    }

    private static RequestRejectedException BadJson(ReadOnlySpan<byte> before) =>
        BadJson(before.Count((byte)'\n'), before.Length - before.LastIndexOf((byte)'\n') - 1);

    private static RequestRejectedException BadJson(long line, long position) => BadJson(string.Create(
        CultureInfo.InvariantCulture,
        $"The content is not the JSON that is expected here: line {line + 1}, byte {position + 1}."));

    private static RequestRejectedException BadJson(string sentence) => new(HttpResponse.Problem(400, sentence), sentence);

    private static RequestRejectedException WrongType(string sentence) => new(HttpResponse.Problem(415, sentence), sentence);
}
