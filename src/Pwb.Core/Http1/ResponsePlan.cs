using Pwb.Model;
using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>
/// The effect of a response on its connection: the framing of its content, the fate of the request's content, 100 (Continue), and
/// closing. It is a pure function of values that are known before anything is sent.
/// </summary>
/// <param name="Framing">How the client finds the end of the content.</param>
/// <param name="Sends">Where the content comes from.</param>
/// <param name="DrainsFirst">
/// Whether the request's left content is taken before the response goes out, so that a fault in it is still a 400.
/// </param>
/// <param name="SendsContinue">Whether 100 (Continue) goes out: a body of a successful response may read while it writes.</param>
/// <param name="Closes">Whether the response is the connection's last.</param>
internal readonly record struct ResponsePlan(
    ContentFraming Framing, ContentOrigin Sends, bool DrainsFirst, bool SendsContinue, bool Closes)
{
    /// <param name="response">The response.</param>
    /// <param name="head">The head of the request that it answers.</param>
    /// <param name="content">The state of that request's content.</param>
    /// <param name="isStopping">Whether the server is stopping.</param>
    /// <param name="maxDrained">The greatest number of left bytes to drain.</param>
    public static ResponsePlan For(
        HttpResponse response, RequestHead head, ContentState content, bool isStopping, long maxDrained)
    {
        ContentFraming framing = FramingOf(response, head);
        bool isInMemory = response.Body.TryGetMemory(out ReadOnlyMemory<byte> memory);
        bool isDeferred = response.Body is DeferredBody; // it decides about its head when it runs, also for HEAD
        bool hasContent = isDeferred || (!head.IsHead && response.MayHaveContent && !(isInMemory && memory.IsEmpty));
        bool isStreamed = hasContent && !isInMemory;
        bool sendsContinue = isStreamed && content.IsContinueDue && response.StatusCode < 300;

        // A streamed response announces the end of the connection in its head, if more content is left than would be drained, or
        // if the client was not told to send it.
        bool leavesTooMuch =
            isStreamed && content.IsLeft && ((content.IsContinueDue && !sendsContinue) || content.KnownLeft > maxDrained);
        bool closes = !head.IsPersistent || isStopping || IsDangerous(head) || leavesTooMuch
            || (hasContent && framing == ContentFraming.CloseDelimited);
        ContentOrigin origin = !hasContent ? ContentOrigin.Nowhere : isInMemory ? ContentOrigin.Memory : ContentOrigin.Body;
        return new ResponsePlan(framing, origin, isInMemory && content.IsLeft, sendsContinue, closes);
    }

    /// <summary>How the client finds the end of a response's content.</summary>
    public static ContentFraming FramingOf(HttpResponse response, RequestHead head)
    {
        // RFC 9112 §6.1: no transfer coding in a 204 or 304
        if (response.ContentLength is not null || !response.MayHaveContent) return ContentFraming.Sized;
        return head.MinorVersion == 0 ? ContentFraming.CloseDelimited : ContentFraming.Chunked;
    }

    // Bytes behind such a request may not be a request. RFC 9931 §8: behind a CONNECT come bytes that the client believes to be
    // tunnelled. Some proxies pass bytes on unseen as soon as a client asks for a WebSocket, whatever the response. And a proxy
    // may mishandle an expectation of a method whose content has no meaning, and let through raw bytes of another client.
    private static bool IsDangerous(RequestHead head) =>
        head.KnownMethod is "CONNECT"
            || head.AsksForWebSocket
            || (head.ExpectsContinue && head.KnownMethod is "GET" or "HEAD" or "OPTIONS" or "DELETE" or "TRACE");
}
