using System.Diagnostics;
using Pwb.Model;
using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>
/// Everything that belongs to one request on a connection. It is replaced as a whole, so nothing of it can stay for the next.
/// </summary>
internal struct ExchangeState
{
    /// <summary>The request; null before its head is whole.</summary>
    public HttpRequest? Request;

    /// <summary>Its tokens; null if the request was lent.</summary>
    public readonly RequestLife? Life => Request?.Life;

    /// <summary>Its content, if it has any.</summary>
    public RequestContent? Content;

    /// <summary>Whether the user code that comes after the response has run, or is running.</summary>
    public bool IsFinished;

    /// <summary>Its response, if the handler has given one.</summary>
    public HttpResponse? Response;

    /// <summary>What was sent; its status is 0 before.</summary>
    public SentResponse Sent;

    /// <summary>Why it is refused, if it is.</summary>
    public Rejection Refusal;

    /// <summary>The exception of the handler, or of the body of its response, if one failed.</summary>
    public Exception? Failure;

    /// <summary>Its span, if somebody observes it.</summary>
    public Activity? Span;

    /// <summary>Whether the access log is on.</summary>
    public bool IsLogged;

    /// <summary>When its head was there, if the access log is on.</summary>
    public long StartedAt;
}
