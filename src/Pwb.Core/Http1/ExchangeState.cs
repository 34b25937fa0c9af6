using System.Diagnostics;
using Pwb.Model;
using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>
/// Everything that belongs to one request on a connection. It is replaced as a whole, so nothing is left for the next request.
/// </summary>
internal struct ExchangeState
{
    /// <summary>The request; null before its head is whole.</summary>
    public HttpRequest? Request;

    /// <summary>The request's tokens; null if the request was lent.</summary>
    public readonly RequestLife? Life => Request?.Life;

    /// <summary>The request's content, or null.</summary>
    public RequestContent? Content;

    /// <summary>Whether the user code that comes after the response has run, or is running.</summary>
    public bool IsFinished;

    /// <summary>The handler's response, or null.</summary>
    public HttpResponse? Response;

    /// <summary>The sent response; its status is 0 before.</summary>
    public SentResponse Sent;

    /// <summary>The reason to refuse the request, or None.</summary>
    public Rejection Refusal;

    /// <summary>The exception of the handler, or of the body of its response, if one failed.</summary>
    public Exception? Failure;

    /// <summary>The request's span, or null if no listener observes it.</summary>
    public Activity? Span;

    /// <summary>Whether the access log is on.</summary>
    public bool IsLogged;

    /// <summary>The time when the request's head was complete, if the access log is on.</summary>
    public long StartedAt;
}
