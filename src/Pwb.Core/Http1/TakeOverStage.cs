using Pwb.Model;
using Pwb.Threads;

namespace Pwb.Http1;

/// <summary>The last stage of an exchange that ends in another protocol: runs the protocol.</summary>
internal static class TakeOverStage
{
    /// <summary>Runs the protocol that takes the connection over, after its response has been sent.</summary>
    /// <exception cref="BodyFailedException">
    /// The protocol failed, or ended while it was still reading or writing: the connection is over.
    /// </exception>
    /// <exception cref="IOException">The client is gone.</exception>
    public static async ValueTask TakeOverAsync(HttpExchange exchange)
    {
        OnPool on = await exchange.Channel.GoToPoolAsync();
        exchange.Channel.BeginTakeOver();
        CancellationToken token = exchange.Current.Response!.Body is TakeOverBody { ReadsToEnd: true }
            ? exchange.Current.Life?.Cut ?? exchange.Channel.Aborted
            : exchange.Token;
        TakenOverStream stream = new(exchange.Channel, token);
        Exception? failure = await RunAsync(on, exchange, stream, token).ConfigureAwait(false);
        exchange.Current.Sent = exchange.Current.Sent with { Length = stream.Written };
        bool isWhole = stream.CloseToUser();
        if (!isWhole)
        {
            exchange.Channel.Taint();
            failure ??= new InvalidOperationException("The protocol ended while it was still reading or writing.");
        }

        if (failure is null) return;
        if (failure is OperationCanceledException && (exchange.IsAborted || exchange.IsStopped))
            throw new IOException("The conversation was ended.", failure);
        if (exchange.Channel.IsClientsEnd(failure) || (failure is EndOfStreamException && exchange.Channel.Receiver.IsAtEnd))
            throw new IOException("The client is gone.", failure);
        await exchange.BodyFailedAsync(failure).ConfigureAwait(false);
        if (isWhole && exchange.Current.Response!.Body is TakeOverBody { TellsFailures: true }) return;
        throw new BodyFailedException("The protocol failed.", failure);
    }

    private static async ValueTask<Exception?> RunAsync(
        OnPool on, HttpExchange exchange, TakenOverStream stream, CancellationToken token)
    {
        on.Check();
        try
        {
            await exchange.Current.Response!.Body.WriteToAsync(stream, token).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
