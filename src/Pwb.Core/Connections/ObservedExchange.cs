using Pwb.Telemetry;

namespace Pwb.Connections;

/// <summary>Answers a request that somebody observes. Listeners are other people's code: they run on the pool, and what they throw ends here.</summary>
internal static class ObservedExchange
{
    // The span is current in here and in all that is awaited, and nowhere else: what an async method sets ends with it.
    public static async ValueTask<bool> AnswerAsync(HttpExchange exchange, HttpConnection connection, ConnectionContext context)
    {
        await connection.GoToPoolAsync();
        exchange.SetBytes();
        RequestObservation observation = new(exchange.Request, context.Clock.TimeProvider);
        Isolate(observation.Start, context.Log);
        exchange.Span = observation.Activity;
        bool isWhole = false;
        try
        {
            bool isOpen = await exchange.AnswerAsync().ConfigureAwait(false);
            await connection.Output.FlushAsync().ConfigureAwait(false); // it ends when its response has been sent
            isWhole = true;
            return isOpen;
        }
        finally
        {
            await connection.GoToPoolAsync();
            string? error = exchange.Error ?? (isWhole ? null : RequestObservation.AbortedError);
            Isolate(() => observation.End(exchange.StatusCode, error), context.Log);
        }
    }

    private static void Isolate(Action listening, ConnectionLog log)
    {
        try
        {
            listening();
        }
        catch (Exception exception)
        {
            log.ListenerFailed(exception);
        }
    }
}
