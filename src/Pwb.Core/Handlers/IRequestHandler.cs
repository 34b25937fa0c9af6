namespace Pwb;

/// <summary>Answers requests. One instance handles all requests concurrently, so shared state must be thread-safe.</summary>
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
    /// Whether <see cref="HandleAsync"/> never blocks a thread. Default false: the server calls it on the thread pool. If true,
    /// the server calls it on the thread that received the bytes, which is faster. The server reads the value once, when it is
    /// made.
    /// <para>
    /// A handler that returns true and blocks stalls every connection of the process, including those of its HTTP clients, for as
    /// long as it blocks. A synchronous wait for anything from a socket stalls them for ever. Blocking means: files, locks that
    /// others hold for long, synchronous waits, and more than some microseconds of computation. A handler that blocks now and
    /// then can switch to the pool first: <c>await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding)</c>. A
    /// decorator returns its inner handler's value.
    /// </para>
    /// <para>
    /// Applies to <see cref="HandleAsync"/> only. Streaming bodies, requests with content, and logging always run on the pool.
    /// </para>
    /// </summary>
    bool NeverBlocks => false;

    /// <summary>Answers one request. The server sends nothing until the response has been returned.</summary>
    /// <param name="request">
    /// The request. The handler may keep it; only its <see cref="HttpRequest.Body"/> ends with the response.
    /// </param>
    /// <param name="cancellationToken">
    /// Cancelled when the client is gone, when the connection is aborted, and when the client is too slow with its content. The
    /// same as <see cref="HttpRequest.Aborted"/>.
    /// </param>
    /// <returns>
    /// The response. An exception instead becomes a 500 without detail and an error in the log; a
    /// <see cref="RequestRejectedException"/> from reading the content becomes the refusal that it names.
    /// </returns>
    ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken);
}
