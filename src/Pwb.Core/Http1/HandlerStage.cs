using System.Runtime.CompilerServices;
using Pwb.Channels;
using Pwb.Protocol;
using Pwb.Security;
using Pwb.Threads;

namespace Pwb.Http1;

/// <summary>The first stage of an exchange: calls the handler, unless the request is refused before.</summary>
internal static class HandlerStage
{
    // The longest time that a handler with NeverBlocks may take. The other connections of its server wait as long.
    private static readonly TimeSpan Blocking = TimeSpan.FromMilliseconds(10);

    /// <summary>Answers the request whose head has just been parsed.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Outcome> AnswerAsync(HttpExchange exchange, EntryRules rules)
    {
        // Anything that may block runs on the thread pool: user code (unless the handler declares NeverBlocks), content (its
        // limit may be a user's function), logs.
        exchange.Current.IsLogged = exchange.Context.AccessLog.IsEnabled;
        bool isHeadLogged = exchange.Context.Log.IsHeadEnabled;
        OnPool on = OnPool.ByPromise;
        if (!exchange.Context.HandlerNeverBlocks || exchange.Current.IsLogged || isHeadLogged || exchange.Head.HasContent)
            on = await exchange.Channel.GoToPoolAsync();

        HttpRequest request = exchange.Begin(exchange.Current.Span);
        exchange.CountRequest();
        exchange.Channel.Receiver.Received.BeginRequest(exchange.Head.Length);
        exchange.Channel.Receiver.CountUsed(exchange.Head.Length);
        if (isHeadLogged) exchange.Context.Log.Head(on, request);
        if (exchange.Current.IsLogged) exchange.Current.StartedAt = exchange.Context.Clock.TimeProvider.GetTimestamp();

        // Reading content may wait, and may send 100. So nothing pending is left to wait with it.
        if (exchange.Head.HasContent) await exchange.Channel.Sender.FlushAsync().ConfigureAwait(false);

        exchange.Channel.BeginRequest(exchange.Current.Life); // before the call, since a handler may block for ever
        Outcome outcome = await CallHandlerAsync(on, exchange, rules).ConfigureAwait(false);
        if (outcome.Refusal == Rejection.None && exchange.Current.Response is { } response)
            outcome = await ResponseStage.RespondAsync(exchange, response).ConfigureAwait(false);
        if (outcome.Refusal != Rejection.None && exchange.Current.Content is { } content && !content.CloseToUser())
            throw await ResponseStage.StillReadingAsync(exchange).ConfigureAwait(false);
        exchange.Current.Refusal = outcome.Refusal;
        return outcome;
    }

    private static async ValueTask<Outcome> CallHandlerAsync(OnPool on, HttpExchange exchange, EntryRules rules)
    {
        try
        {
            Rejection refusal = Admit(on, exchange, rules);
            if (refusal != Rejection.None) return Outcome.Refuse(refusal);

            ValueTask<HttpResponse> handling = HandleAsync(on, exchange);

            // Responses to earlier requests do not wait for this handler.
            if (!handling.IsCompleted && !exchange.Head.HasContent)
                await FlushBeforeWaitAsync(exchange.Channel).ConfigureAwait(false);
            exchange.Current.Response =
                await handling.ConfigureAwait(false) ?? throw new InvalidOperationException("The handler returned null.");
        }
        catch (RequestRejectedException rejected) when (rejected.Response is not null)
        {
            exchange.Current.Response = rejected.Response;
        }
        catch (RequestRejectedException rejected)
        {
            return Outcome.Refuse(rejected.Rejection);
        }
        catch (Exception exception) when (exchange.Channel.IsClientsEnd(exception))
        {
            throw new IOException("The client is gone.", exception);
        }
        catch (Exception exception)
        {
            // A handler that passed the content on may get its fault wrapped in another exception.
            if (exchange.Current.Content is { Rejection: not Rejection.None and var fault }) return Outcome.Refuse(fault);
            if (exception is OperationCanceledException && exchange.IsAborted) throw;
            exchange.Current.Response = Refusals.InsteadOf(exception, exchange.Current.Life);
            if (Refusals.IsStopsEnd(exception, exchange.Current.Life)) return Outcome.Open;
            await exchange.HandlerFailedAsync(exception).ConfigureAwait(false);
            if (exchange.Channel.Transport.NoteFailure(exception) is var (name, value))
                exchange.Current.Response = exchange.Current.Response.With(name, value);
        }

        return Outcome.Open;
    }

    /// <summary>Makes the decisions of the server itself about a request.</summary>
    private static Rejection Admit(OnPool on, HttpExchange exchange, EntryRules rules)
    {
        on.Check();
        HttpRequest request = exchange.Current.Request!;
        Rejection refusal = rules.Check(request);
        if (refusal != Rejection.None || !exchange.Head.HasContent) return refusal;

        // First of all: whatever happens next, the content is consumed or the connection closed, and content is never read as a
        // request.
        RequestContent content = new(exchange.Channel, request, exchange.Context.Limits, exchange.Token);
        exchange.Current.Content = content;
        if (exchange.Context.MaxContentLengthSelector?.Invoke(request) is { } maxLength) content.MaxContentLength = maxLength;
        request.Body = content;
        return exchange.Head.ContentLength > content.MaxContentLength ? Rejection.ContentTooLarge : Rejection.None;
    }

    private static ValueTask<HttpResponse> HandleAsync(OnPool on, HttpExchange exchange)
    {
        on.Check();
        if (exchange.Head.Form == TargetForm.Asterisk) return new ValueTask<HttpResponse>(Refusals.ServerOptions);
        bool isPromise = exchange.Context.HandlerNeverBlocks;
        return isPromise && exchange.Context.Log.IsHeadEnabled ? HandleWatchedAsync(on, exchange) : CallAsync(exchange);
    }

    // With a log this detailed, somebody is developing the handler. The log has already moved the request to the pool.
    private static ValueTask<HttpResponse> HandleWatchedAsync(OnPool on, HttpExchange exchange)
    {
        TimeProvider time = exchange.Context.Clock.TimeProvider;
        long start = time.GetTimestamp();
        ValueTask<HttpResponse> handling = CallAsync(exchange);
        TimeSpan taken = time.GetElapsedTime(start);
        if (taken > Blocking) exchange.Context.Log.HandlerBlocked(on, exchange.Name, taken);
        return handling;
    }

    private static ValueTask<HttpResponse> CallAsync(HttpExchange exchange) =>
        exchange.Context.Handler.HandleAsync(exchange.Current.Request!, exchange.Token);

    private static async ValueTask FlushBeforeWaitAsync(Channel channel)
    {
        try
        {
            await channel.Sender.FlushAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            channel.Control.Abort(); // the handler's token tells it, and it is awaited as ever
        }
    }
}
