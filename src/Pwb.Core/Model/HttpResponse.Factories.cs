using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Pwb.Http;
using Pwb.Protocol;

namespace Pwb;

/// <summary>The responses that handlers give most often.</summary>
public sealed partial class HttpResponse
{
    private static readonly HttpResponse NotFoundResponse = Text("404 Not Found\n", 404);

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
    /// <param name="typeInfo">How to write it, such as <c>ShopJson.Default.Order</c>.</param>
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
        int statusCode, string? detail =
            null, string? title = null, string? type = null, params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 599);
        ArrayBufferWriter<byte> content = new();
        using (Utf8JsonWriter writer = new(content))
        {
            writer.WriteStartObject();
            if (type is not null) writer.WriteString("type", type);
            writer.WriteString("title", title ?? ReasonPhrases.Get(statusCode));
            writer.WriteNumber("status", statusCode);
            if (detail is not null) writer.WriteString("detail", detail);
            foreach ((string name, JsonNode? value) in members)
            {
                writer.WritePropertyName(name);
                if (value is null) writer.WriteNullValue();
                else value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return Bytes(content.WrittenMemory, statusCode, "application/problem+json");
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
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="statusCode"/> is none of these.</exception>
    public static HttpResponse Redirect(string path, int statusCode = 302)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path is not ['/', ..])
            throw new ArgumentException("A path begins with a slash. To redirect to another server, give a Uri.", nameof(path));
        return RedirectTo("/" + UriText.Encode(path.AsSpan().TrimStart('/')), statusCode);
    }

    /// <summary>A redirect to another server, or to anything that has a URI.</summary>
    /// <param name="location">The absolute URI. Never one that a client chose, unless it was compared with a list.</param>
    /// <param name="statusCode">
    /// 301 or 308 for good, 302 or 307 for now, 303 for the page to see after a form. Default 302. 307 and 308 keep the method.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="location"/> is relative.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="statusCode"/> is none of these.</exception>
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

    /// <summary>The same response for a browser to store as a file, under a name that it suggests (RFC 6266).</summary>
    /// <param name="fileName">
    /// The name, in any script. Slashes, backslashes and control characters become "_". What is not ASCII goes out as UTF-8 (RFC
    /// 8187), with a name in ASCII beside it for old clients.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="fileName"/> is empty.</exception>
    public HttpResponse Attachment(string fileName)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        return With("Content-Disposition", ContentDisposition.Attachment(fileName));
    }

    private static HttpResponse RedirectTo(string location, int statusCode)
    {
        if (statusCode is not (301 or 302 or 303 or 307 or 308))
            throw new ArgumentOutOfRangeException(nameof(statusCode), statusCode, "A redirect is a 301, 302, 303, 307 or 308.");
        return new HttpResponse(statusCode, null, ("Location", location));
    }
}
