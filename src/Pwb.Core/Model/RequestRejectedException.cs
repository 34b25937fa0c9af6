using Pwb.Protocol;

namespace Pwb;

/// <summary>
/// Thrown to a handler that reads a request's content when the content is malformed, incomplete, too large, too slow or of the
/// wrong type. Let it pass: the server answers with <see cref="StatusCode"/>, and closes the connection unless the content was
/// whole.
/// </summary>
/// <example><code>
/// throw new RequestRejectedException(413); // in a test of a handler: as a body does that is too large
/// </code></example>
public sealed class RequestRejectedException : IOException
{
    /// <summary>
    /// Makes one, to test a handler with content that fails. A handler that throws it has its request refused in the same way.
    /// </summary>
    /// <param name="statusCode">
    /// 400 for content that is incomplete, 408 for content that is too slow, or 413 for content that is too large.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="statusCode"/> is another status.</exception>
    public RequestRejectedException(int statusCode)
        : this(Of(statusCode))
    {
    }

    internal RequestRejectedException(Rejection rejection)
        : base(rejection.Sentence())
    {
        Rejection = rejection;
    }

    /// <summary>For valid content that is not the kind that the handler asked for.</summary>
    /// <param name="response">The response that the client gets, from memory. It repeats nothing of the request.</param>
    /// <param name="message">The reason, for a log.</param>
    internal RequestRejectedException(HttpResponse response, string message)
        : base(message)
    {
        Response = response;
    }

    /// <summary>The status code that the client gets: 400, 408, 413 or 415.</summary>
    public int StatusCode => Response?.StatusCode ?? Rejection.StatusCode();

    /// <summary>
    /// The response that the client gets, after which the connection goes on; null if <see cref="Rejection"/> decides, which ends
    /// the connection.
    /// </summary>
    internal HttpResponse? Response { get; }

    internal Rejection Rejection { get; }

    private static Rejection Of(int statusCode) => statusCode switch
    {
        400 => Rejection.IncompleteRequest,
        408 => Rejection.ContentTimeout,
        413 => Rejection.ContentTooLarge,
        _ => throw new ArgumentOutOfRangeException(nameof(statusCode), statusCode, "Content is refused with 400, 408 or 413."),
    };
}
