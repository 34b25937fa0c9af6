using System.Runtime.CompilerServices;
using Pwb.Model;
using Pwb.Protocol;
using Pwb.Telemetry;
using Pwb.Threads;

namespace Pwb.Http1;

/// <summary>The second stage of an exchange: sends the response, and decides about the connection.</summary>
internal static class ResponseStage
{
    /// <summary>Appends the response, and drains the content that the handler has left.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Outcome> RespondAsync(HttpExchange exchange, HttpResponse response)
    {
        RequestContent? content = exchange.Current.Content;
        if (content is not null && !content.TryBeginResponse()) throw await StillReadingAsync(exchange).ConfigureAwait(false);

        // A handler that caught the fault cannot answer an incomplete request.
        if (content is { Rejection: not Rejection.None and var known }) return Outcome.Refuse(known);

        if (response.Body is TakeOverBody takeOver)
        {
            if (IsAskedFor(takeOver, exchange)) return await BeginTakeOverAsync(exchange, response).ConfigureAwait(false);

            string what = takeOver.Protocol is { } protocol ? $"an upgrade to {protocol}" : "a tunnel";
            await exchange.HandlerFailedAsync(
                new InvalidOperationException($"The handler returned {what}, which the client has not asked for."))
                .ConfigureAwait(false);
            response = Refusals.InternalServerError; // the one that was returned is disposed of at the end
        }

        else if (exchange.Head.Form == TargetForm.Authority && response.StatusCode is >= 200 and < 300)
        {
            // RFC 9110 §9.3.6: the client would take the content for what comes through the tunnel.
            return Outcome.Refuse(Rejection.ConnectNotSupported);
        }

        Http1Context context = exchange.Context;
        ResponsePlan plan = ResponsePlan.For(
            response, exchange.Head, content?.State ?? default, context.IsStopping, context.Limits.MaxDrainedContentLength);
        if (plan.DrainsFirst)
        {
            if (!content!.CloseToUser()) throw await StillReadingAsync(exchange).ConfigureAwait(false);
            Rejection? fault = await content.DrainAsync().ConfigureAwait(false);
            if (fault is not null and not Rejection.None) return Outcome.Refuse(fault.Value);
            if (fault is null) plan = plan with { Closes = true };
        }

        exchange.Channel.Sender.BeginResponse();
        if (plan.SendsContinue) await content!.SendContinueAsync().ConfigureAwait(false);
        if (plan.Sends == ContentOrigin.Body) await SendStreamedAsync(exchange, response, plan).ConfigureAwait(false);
        else await ResponseSender.AppendAsync(exchange, response, plan).ConfigureAwait(false);
        if (exchange.Current.Sent.Refusal != Rejection.None) return Outcome.Refuse(exchange.Current.Sent.Refusal);
        if (exchange.Current.Sent.Failure is { } failure and not RequestRejectedException)
            await exchange.BodyFailedAsync(failure).ConfigureAwait(false);
        if (content is null) return plan.Closes ? Outcome.Closed : Outcome.Open;
        if (!content.CloseToUser()) throw await StillReadingAsync(exchange).ConfigureAwait(false);
        if (plan.Closes || content.IsAtEnd) return plan.Closes ? Outcome.Closed : Outcome.Open;

        // The response has been sent, so a fault in content behind it just ends the connection.
        return await content.DrainAsync().ConfigureAwait(false) is Rejection.None ? Outcome.Open : Outcome.Closed;
    }

    /// <summary>Appends a refusal, also of bytes that are no complete request.</summary>
    public static void AppendRefusal(OnPool on, HttpExchange exchange, Rejection rejection)
    {
        on.Check(); // the access log's IsEnabled is user code
        Http1Context context = exchange.Context;
        exchange.Current.Refusal = rejection;
        if (exchange.Current.Request is null) exchange.Current.IsLogged = context.AccessLog.IsEnabled;
        exchange.Current.Sent = ResponseSender.AppendLast(exchange, Refusals.For(rejection));
        Instruments.CountRefusal(rejection);
        long now = context.Clock.Now;
        if (rejection == Rejection.HostNotAllowed) context.Log.HostRefused(on, exchange.Current.Request!.HostBytes, now);
        if (rejection == Rejection.CrossSite) context.Log.CrossSiteRefused(on, exchange.Current.Request!, now);
    }

    private static bool IsAskedFor(TakeOverBody takeOver, HttpExchange exchange) => takeOver.Protocol is { } protocol
        ? UpgradeFields.Asks(exchange.Head, exchange.Current.Request!.Headers, protocol)
        : exchange.Head.Form == TargetForm.Authority;

    // Bytes behind the request's content belong to the new protocol, so all of the content is taken first.
    private static async ValueTask<Outcome> BeginTakeOverAsync(HttpExchange exchange, HttpResponse response)
    {
        if (exchange.Current.Content is { } content)
        {
            if (!content.CloseToUser()) throw await StillReadingAsync(exchange).ConfigureAwait(false);
            Rejection? fault = content.State.IsLeft ? await content.DrainAsync().ConfigureAwait(false) : Rejection.None;
            if (fault is not Rejection.None) return Outcome.Refuse(fault ?? Rejection.ContentTooLarge);
        }

        exchange.Channel.Sender.BeginResponse();
        ResponsePlan plan = new(
            ContentFraming.Sized, ContentOrigin.Nowhere, DrainsFirst: false, SendsContinue: false, Closes: false);
        await ResponseSender.AppendAsync(exchange, response, plan).ConfigureAwait(false);
        return Outcome.TakenOver;
    }

    private static async ValueTask SendStreamedAsync(HttpExchange exchange, HttpResponse response, ResponsePlan plan)
    {
        // Content of known length has an end, so a client that has only half-closed gets all of it. Content of unknown length may
        // be endless, and ends with the client.
        OnPool on = await exchange.Channel.GoToPoolAsync();
        CancellationToken token =
            response.ContentLength is null ? exchange.Token : exchange.Current.Life?.Cut ?? exchange.Channel.Aborted;
        try
        {
            await ResponseSender.SendStreamedAsync(on, exchange, response, plan, token).ConfigureAwait(false);
        }
        catch (BodyFailedException exception)
        {
            exchange.Current.Sent = new SentResponse(response.StatusCode, 0);
            if (exception.InnerException is not RequestRejectedException)
                await exchange.BodyFailedAsync(exception.InnerException ?? exception).ConfigureAwait(false);
            throw;
        }
        catch (IOException)
        {
            exchange.Current.Sent = new SentResponse(response.StatusCode, 0);
            throw;
        }
    }

    /// <summary>
    /// User code has left a read of the content running. It may take any number of bytes, so the connection is lost.
    /// </summary>
    public static async ValueTask<IOException> StillReadingAsync(HttpExchange exchange)
    {
        exchange.Channel.Taint();
        exchange.Current.Content!.CloseToUser();
        InvalidOperationException exception = new(
            "The content was still being read when the handler, or the response's body, had ended.");
        await exchange.HandlerFailedAsync(exception).ConfigureAwait(false);
        return new IOException(exception.Message, exception);
    }
}
