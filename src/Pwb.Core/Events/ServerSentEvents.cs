using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pwb.Events;

namespace Pwb;

/// <summary>
/// Responses with server-sent events (WHATWG HTML §9.2), for browsers' EventSource and everything else that reads such a
/// stream.
/// </summary>
/// <example><code>
/// IRequestHandler handler = RequestHandler.From(request => ServerSentEvents.From(request, NewsAsync(request.GetLastEventId())));
///
/// static async IAsyncEnumerable&lt;SseItem&lt;string&gt;&gt; NewsAsync(
///     string? after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
/// {
///     await foreach (News news in News.ReadAsync(after, cancellationToken))
///         yield return new SseItem&lt;string&gt;(news.Text) { EventId = news.Id };
/// }
/// </code></example>
public static class ServerSentEvents
{
    private static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromSeconds(15); // mobile networks drop a silent one after 30 s

    /// <summary>
    /// An event stream of texts. The head goes out at once, and each item as soon as it comes. In between, comments break the
    /// silence. The stream ends with its items, when the client is gone, and when the server begins to stop; the source's token
    /// (<c>[EnumeratorCancellation]</c>) is then cancelled.
    /// </summary>
    /// <param name="request">The request that this answers: how the stream learns of the client's end and of the server's
    /// stop.</param>
    /// <param name="items">
    /// The items. Line breaks in data become lines; an id with a NUL ends the response as any failure of a body does. Where
    /// several threads have items, the reader of a <see cref="System.Threading.Channels.Channel{T}"/> puts them in order.
    /// </param>
    /// <param name="heartbeat">
    /// The silence after which a comment is sent, by the server's clock. Default 15 s; <see cref="Timeout.InfiniteTimeSpan"/> for
    /// no comments.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> or <paramref name="items"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="heartbeat"/> is not within 1 ms and 49 days.</exception>
    public static HttpResponse From(HttpRequest request, IAsyncEnumerable<SseItem<string>> items, TimeSpan? heartbeat = null) =>
        Make(request, items, static (text, output) => Encoding.UTF8.GetBytes(text ?? "", output), heartbeat);

    /// <summary>
    /// An event stream of values as JSON, written by the code that the JSON source generator makes. Otherwise as the stream
    /// of texts.
    /// </summary>
    /// <param name="request">The request that this answers.</param>
    /// <param name="items">The items.</param>
    /// <param name="typeInfo">The type of an item's data, such as <c>ShopJson.Default.Order</c>.</param>
    /// <param name="heartbeat">
    /// The silence after which a comment is sent, by the server's clock. Default 15 s; <see cref="Timeout.InfiniteTimeSpan"/> for
    /// no comments.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="request"/>, <paramref name="items"/> or <paramref
    /// name="typeInfo"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="heartbeat"/> is not within 1 ms and 49 days.</exception>
    public static HttpResponse From<T>(
        HttpRequest request, IAsyncEnumerable<SseItem<T>> items, JsonTypeInfo<T> typeInfo, TimeSpan? heartbeat = null)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return Make(request, items, (value, output) => WriteJson(value, typeInfo, output), heartbeat);
    }

    /// <summary>
    /// The id of the last event that the client has received, which it sends when it connects again (WHATWG HTML §9.2.4); null
    /// without one. Read as UTF-8, as browsers send it. It comes from the client, so it may be any text.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is null.</exception>
    public static string? GetLastEventId(this HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        bool isThere = request.Headers.TryGetValue("Last-Event-ID"u8, out ReadOnlySpan<byte> id) && !id.IsEmpty;
        return isThere ? Encoding.UTF8.GetString(id) : null;
    }

    private static HttpResponse Make<T>(
        HttpRequest request, IAsyncEnumerable<SseItem<T>> items, Action<T, IBufferWriter<byte>> format, TimeSpan? heartbeat)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(items);
        TimeSpan silence = heartbeat ?? DefaultHeartbeat;
        if (silence != Timeout.InfiniteTimeSpan && silence.TotalMilliseconds is < 1 or > uint.MaxValue - 1)
            throw new ArgumentOutOfRangeException(nameof(heartbeat), heartbeat, "A heartbeat is 1 ms to 49 days, or infinite.");

        // nginx and others that act as it does gather a response in a buffer unless told not to.
        EventStreamBody<T> body = new(items, format, silence, request.Clock, request.Stopping);
        return new HttpResponse(
            200, body, ("Content-Type", "text/event-stream"), ("Cache-Control", "no-cache"), ("X-Accel-Buffering", "no"));
    }

    private static void WriteJson<T>(T value, JsonTypeInfo<T> typeInfo, IBufferWriter<byte> output)
    {
        JsonWriterOptions options = new() { Encoder = typeInfo.Options.Encoder, SkipValidation = true };
        using Utf8JsonWriter writer = new(output, options);
        JsonSerializer.Serialize(writer, value, typeInfo);
    }
}
