using Pwb.Protocol;

namespace Pwb;

/// <summary>
/// Thrown to a handler that reads a request's content when the content is malformed, incomplete, too large, too slow or of the wrong type.
/// Let it pass: the server answers with <see cref="StatusCode"/>, and closes the connection unless the content was whole.
/// </summary>
public sealed class RequestRejectedException : IOException
{
    internal RequestRejectedException(Rejection rejection)
        : base(rejection.Sentence())
    {
        Rejection = rejection;
    }

    /// <summary>For content that arrived as it should, and is not what the handler asked for.</summary>
    /// <param name="response">What the client gets, from memory. It echoes nothing.</param>
    /// <param name="message">The reason, for a log.</param>
    internal RequestRejectedException(HttpResponse response, string message)
        : base(message)
    {
        Response = response;
    }

    /// <summary>The status code that the client gets: 400, 408, 413 or 415.</summary>
    public int StatusCode => Response?.StatusCode ?? Rejection.StatusCode();

    /// <summary>What the client gets, and the connection goes on; null if that follows from <see cref="Rejection"/>, and the connection ends.</summary>
    internal HttpResponse? Response { get; }

    internal Rejection Rejection { get; }
}
