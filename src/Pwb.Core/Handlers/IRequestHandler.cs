namespace Pwb;

/// <summary>Answers requests: a function from a request to a response. One instance serves all connections at once.</summary>
/// <example><code>
/// sealed class Greeter : IRequestHandler
/// {
///     public ValueTask&lt;HttpResponse&gt; HandleAsync(HttpRequest request, CancellationToken cancellationToken) =&gt;
///         new(HttpResponse.Text($"hello {request.Path}\n"));
/// }
/// </code></example>
public interface IRequestHandler
{
    /// <summary>
    /// Whether <see cref="HandleAsync"/> never blocks the thread that it is called on, nor one that it goes on with after a wait.
    /// Default false: it is called on the thread pool. True saves it the way there: it is called on the thread that sees bytes
    /// arrive, of which the process has one or few. Read once, when a server is made.
    /// <para>
    /// A handler that says so wrongly stalls, for as long as it blocks, every connection of the process, its HTTP clients' too;
    /// one that waits without await for anything from a socket stalls them for good. Files, locks that others hold for long,
    /// synchronous waits and more than some microseconds of computation are blocking. A handler that has to block now and then
    /// can go to the pool first: <c>await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding)</c>. A decorator
    /// passes on what its inner handler says.
    /// </para>
    /// <para>It is about the handler alone: bodies that write themselves, requests with content and logs always get threads of
    /// the pool.</para>
    /// </summary>
    bool NeverBlocks => false;

    /// <summary>Answers one request. Nothing is on the wire until the response has been returned.</summary>
    /// <param name="request">The request. It belongs to its connection and is valid until the response has been sent.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the connection is aborted, since nobody is left to read the response, and when the client is too slow to
    /// send the content.
    /// </param>
    /// <returns>
    /// The response. An exception instead becomes a 500 without detail and an error in the log; a
    /// <see cref="RequestRejectedException"/> from reading the content becomes the refusal that it names.
    /// </returns>
    ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken);
}
