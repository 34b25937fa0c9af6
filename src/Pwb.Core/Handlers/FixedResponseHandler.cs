using Pwb.Handlers;

namespace Pwb;

/// <summary>
/// Gives every request the same response, whatever its path. OPTIONS gets 204 with Allow, and methods
/// that ask for something else altogether (TRACE, PROPFIND, ...) get 405. It looks at no precondition and no range: a response
/// that clients keep and compare is given by a handler that calls <see cref="ConditionalResponses.RespondTo"/>.
/// </summary>
/// <example><code>
/// await using PwbServer server = new(new FixedResponseHandler(HttpResponse.Text("closed for today\n", 503)));
/// </code></example>
public sealed class FixedResponseHandler : IRequestHandler, IBorrowingHandler
{
    private const string AllowedMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

    private static readonly HttpResponse Options = new(204, null, ("Allow", AllowedMethods));
    private static readonly HttpResponse MethodNotAllowed = HttpResponse.MethodNotAllowed(AllowedMethods);

    private readonly HttpResponse _response;

    /// <summary>Answers "hello PWB" as plain text.</summary>
    public FixedResponseHandler()
        : this(HttpResponse.Text("hello PWB"))
    {
    }

    /// <summary>Answers with a response of your own.</summary>
    /// <param name="response">The response. Its body must be one that can be sent again, such as bytes or text.</param>
    /// <exception cref="ArgumentNullException"><paramref name="response"/> is null.</exception>
    public FixedResponseHandler(HttpResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        _response = response;
    }

    /// <inheritdoc/>
    public bool NeverBlocks => true;

    /// <inheritdoc/>
    bool IBorrowingHandler.Borrows => true;

    /// <inheritdoc/>
    public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new ValueTask<HttpResponse>(request.Method switch
        {
            "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" => _response,
            "OPTIONS" => Options,
            _ => MethodNotAllowed,
        });
    }
}
