namespace Pwb.Around;

/// <summary>The way of a handler to call its inner handler.</summary>
internal static class Inner
{
    /// <summary>
    /// Calls a handler for its response. A handler may refuse content with a response of its own, such as malformed JSON. That
    /// response is returned too, so that an outer handler can add its fields to every response.
    /// </summary>
    public static async ValueTask<HttpResponse> RespondAsync(
        IRequestHandler inner, HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            HttpResponse? response = await inner.HandleAsync(request, cancellationToken).ConfigureAwait(false);
            return response ?? throw new InvalidOperationException("The handler returned null.");
        }
        catch (RequestRejectedException exception) when (exception.Response is not null)
        {
            return exception.Response;
        }
    }

    /// <summary>Whether requests may be lent to a handler: see <see cref="Handlers.IBorrowingHandler"/>.</summary>
    public static bool Borrows(IRequestHandler inner) => inner is Handlers.IBorrowingHandler { Borrows: true };
}
