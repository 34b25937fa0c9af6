namespace Pwb.Around;

/// <summary>How a handler calls the one inside.</summary>
internal static class Inner
{
    /// <summary>
    /// Calls a handler for its response. Content that it refused with a response of its own (JSON that is none, say) is that
    /// response, so that a handler around can add what every response has.
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
