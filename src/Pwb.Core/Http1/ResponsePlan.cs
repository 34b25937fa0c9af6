using Pwb.Model;
using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>
/// What a response does to its connection: how its content is framed, what becomes of the request's own content, whether 100
/// (Continue) comes first, and whether the connection closes. It follows from what is known before anything is sent, and from
/// nothing else.
/// </summary>
/// <param name="Framing">How the client finds the end of the content.</param>
/// <param name="Sends">Where the content comes from.</param>
/// <param name="DrainsFirst">
/// Whether the request's unread content is taken before the response goes out, so that a fault in it is still a 400.
/// </param>
/// <param name="SendsContinue">
/// Whether the client is told to send its content: a body that goes with success may read while it writes.
/// </param>
/// <param name="Closes">Whether the response is the connection's last.</param>
internal readonly record struct ResponsePlan(
    ContentFraming Framing, ContentOrigin Sends, bool DrainsFirst, bool SendsContinue, bool Closes)
{
    /// <param name="response">The response.</param>
    /// <param name="head">The head of the request that it answers.</param>
    /// <param name="content">The state of that request's content.</param>
    /// <param name="isStopping">Whether the server is.</param>
    /// <param name="maxDrained">How many bytes of unread content are worth draining.</param>
    public static ResponsePlan For(
        HttpResponse response, RequestHead head, ContentState content, bool isStopping, long maxDrained)
    {
        ContentFraming framing = FramingOf(response, head);
        bool isInMemory = response.Body.TryGetMemory(out ReadOnlyMemory<byte> memory);
        bool isDeferred = response.Body is DeferredBody; // has to be asked for its head, also for HEAD
        bool hasContent = isDeferred || (!head.IsHead && response.MayHaveContent && !(isInMemory && memory.IsEmpty));
        bool isStreamed = hasContent && !isInMemory;
        bool sendsContinue = isStreamed && content.IsContinueDue && response.StatusCode < 300;

        // Of a streamed response the end is certain, and announced, if more is left than would be drained, or if the client was
        // not told to send it.
        bool leavesTooMuch =
            isStreamed && content.IsLeft && ((content.IsContinueDue && !sendsContinue) || content.KnownLeft > maxDrained);
        bool closes = !head.IsPersistent || isStopping || IsDangerous(head) || leavesTooMuch
            || (hasContent && framing == ContentFraming.CloseDelimited);
        ContentOrigin origin = !hasContent ? ContentOrigin.Nowhere : isInMemory ? ContentOrigin.Memory : ContentOrigin.Body;
        return new ResponsePlan(framing, origin, isInMemory && content.IsLeft, sendsContinue, closes);
    }

    /// <summary>How the client is to find the end of a response's content.</summary>
    public static ContentFraming FramingOf(HttpResponse response, RequestHead head)
    {
        // RFC 9112 §6.1: no coding in a 204 or 304
        if (response.ContentLength is not null || !response.MayHaveContent) return ContentFraming.Sized;
        return head.MinorVersion == 0 ? ContentFraming.CloseDelimited : ContentFraming.Chunked;
    }

    // What follows such a request may not be a request. RFC 9931 §8: behind a CONNECT comes what its client believes to be
    // tunnelled. And a proxy that handles the expectation of a method for which content has no meaning may have let raw bytes of
    // another client through.
    private static bool IsDangerous(RequestHead head) =>
        head.KnownMethod is "CONNECT"
            || (head.ExpectsContinue && head.KnownMethod is "GET" or "HEAD" or "OPTIONS" or "DELETE" or "TRACE");
}
