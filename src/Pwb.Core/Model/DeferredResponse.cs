using Pwb.Model;

namespace Pwb;

/// <summary>
/// Makes responses that begin later: their writer chooses status and field lines just before the first byte of content.
/// </summary>
public static class DeferredResponse
{
    /// <summary>
    /// A response that begins later. It is a value like any other, and if the writer fails before it has started, or ends
    /// without, the client gets a clean
    /// 500. For gateways, and for libraries that call back when they know. Until it starts, its <see
    /// cref="HttpResponse.StatusCode"/> says 200.
    /// </summary>
    /// <param name="write">
    /// Calls <see cref="ResponseStarter.Start"/> once and writes the content to the stream that it returns. The token is the
    /// request's.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="write"/> is null.</exception>
    /// <example><code>
    /// return DeferredResponse.From(async (starter, token) =>
    /// {
    ///     using HttpResponseMessage answer = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, token);
    ///     Stream output = starter.Start(new HttpResponse((int)answer.StatusCode));
    ///     await answer.Content.CopyToAsync(output, token);
    /// });
    /// </code></example>
    public static HttpResponse From(Func<ResponseStarter, CancellationToken, ValueTask> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        return new HttpResponse(200, new DeferredBody(write));
    }
}
