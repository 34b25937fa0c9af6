using Pwb.Protocol;

namespace Pwb;

/// <summary>
/// Thrown to a handler that reads a request's content when the content is malformed, incomplete, too large or too slow.
/// Let it pass: the server answers with <see cref="StatusCode"/> and closes the connection.
/// </summary>
public sealed class RequestRejectedException : IOException
{
    internal RequestRejectedException(Rejection rejection)
        : base(rejection.Sentence())
    {
        Rejection = rejection;
    }

    /// <summary>The status code that the client gets: 400, 408 or 413.</summary>
    public int StatusCode => Rejection.StatusCode();

    internal Rejection Rejection { get; }
}
