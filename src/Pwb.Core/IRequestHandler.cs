namespace Pwb;

/// <summary>Answers requests: a function from a request to a response. One instance serves all connections at once.</summary>
public interface IRequestHandler
{
    /// <summary>Answers one request. Nothing is on the wire until the response has been returned.</summary>
    /// <param name="request">The request. It belongs to its connection and is valid until the response has been sent.</param>
    /// <param name="cancellationToken">Cancelled when the connection is aborted, since nobody is left to read the response, and when the client is too slow to send the content.</param>
    /// <returns>
    /// The response. An exception instead becomes a 500 without detail and an error in the log; a
    /// <see cref="RequestRejectedException"/> from reading the content becomes the refusal that it names.
    /// </returns>
    ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken);
}
