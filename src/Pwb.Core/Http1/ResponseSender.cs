using System.Runtime.CompilerServices;
using Pwb.Channels;
using Pwb.Model;
using Pwb.Protocol;
using Pwb.Threads;
using Pwb.Time;

namespace Pwb.Http1;

/// <summary>Sends responses by their plan: the head, framed for its request, and the content.</summary>
internal static class ResponseSender
{
    /// <summary>Appends a response that is in memory and closes the connection.</summary>
    public static SentResponse AppendLast(HttpExchange exchange, HttpResponse response)
    {
        Channel channel = exchange.Channel;
        AppendHead(exchange, response, ContentFraming.Sized, close: true);
        ReadOnlyMemory<byte> content = default;
        if (!exchange.Head.IsHead && response.Body.TryGetMemory(out content)) channel.Sender.Pending.Append(content.Span);
        return new SentResponse(response.StatusCode, content.Length);
    }

    /// <summary>
    /// Appends a response whose content is in memory or empty, and says in the exchange what was sent. Only large content is sent
    /// at once.
    /// </summary>
    public static ValueTask AppendAsync(HttpExchange exchange, HttpResponse response, ResponsePlan plan)
    {
        ChannelSender sender = exchange.Channel.Sender;
        ReadOnlyMemory<byte> content = default;
        if (plan.Sends == ContentOrigin.Memory) response.Body.TryGetMemory(out content);
        bool hasRoom = sender.Pending.Length + response.Head.Length + content.Length <= sender.MaxPending;
        if (!hasRoom || content.Length > sender.MaxGathered)
            return SendAsync(exchange, response, plan, content, flushesFirst: !hasRoom);

        AppendHead(exchange, response, plan.Framing, plan.Closes);
        sender.Pending.Append(content.Span);
        exchange.Current.Sent = new SentResponse(response.StatusCode, content.Length);
        return default;
    }

    /// <summary>Sends a response with a streaming body, and says in the exchange what was sent.</summary>
    /// <param name="on">The proof that the body, which is user code, may block here.</param>
    /// <param name="exchange">The exchange of the response.</param>
    /// <param name="response">The response.</param>
    /// <param name="plan">The response's plan.</param>
    /// <param name="requestToken">The token for the body.</param>
    /// <exception cref="BodyFailedException">The connection is over: the body failed half-way, or is still writing.</exception>
    /// <exception cref="IOException">The client is gone.</exception>
    public static async ValueTask SendStreamedAsync(
        OnPool on, HttpExchange exchange, HttpResponse response, ResponsePlan plan, CancellationToken requestToken)
    {
        Channel channel = exchange.Channel;
        ChannelSender sender = channel.Sender;
        if (sender.Pending.Length + response.Head.Length > sender.MaxPending)
        {
            await sender.FlushAsync().ConfigureAwait(false);
            on = await channel.GoToPoolAsync();
        }

        int mark = sender.Pending.Length;
        int sendCount = sender.SendCount;
        ResponseContent? content = null;
        ResponseStarter? starter = null;
        Exception? failure = null;
        try
        {
            on.Check();
            if (response.Body is DeferredBody deferred)
            {
                starter = new ResponseStarter(head =>
                {
                    response = response.MergeInto(head);
                    return content = Begin(exchange, response, plan, requestToken);
                });
                await deferred.WriteAsync(starter, requestToken).ConfigureAwait(false);
                if (content is null) throw new InvalidOperationException("The writer of a deferred response has not started it.");
            }
            else
            {
                content = Begin(exchange, response, plan, requestToken);
                await response.Body.WriteToAsync(content, requestToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        // Whoever has kept the starter must not begin a response among those of the next requests.
        bool isFree = starter is null || starter.Close();
        if (!isFree || (content is not null && !await content.CloseToUserAsync().ConfigureAwait(false)))
        {
            channel.Taint();
            throw new BodyFailedException("The response's body ended while it was still writing.", failure);
        }

        // A body that ends by its token, which only the client's end cancels, has not failed.
        bool isCancelled = failure is OperationCanceledException && requestToken.IsCancellationRequested;
        bool isClientGone =
            sender.Failure is not null || channel.Receiver.Failure is not null
            || channel.Aborted.IsCancellationRequested || isCancelled;
        try
        {
            if (failure is null && !isClientGone) content!.Complete(response.Body.Trailers);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        if (isClientGone && IsClientsEnd(channel, failure)) throw new IOException("The client is gone.", failure);
        if (isClientGone) throw new BodyFailedException("The response's body failed, and the client is gone.", failure);
        if (failure is null)
        {
            exchange.Current.Sent = new SentResponse(response.StatusCode, content!.Written);
            return;
        }

        if (sender.SendCount != sendCount) throw new BodyFailedException("The response's body failed half-way.", failure);

        // Nothing of the response is on the wire yet, so it can still become a complete error response.
        sender.Pending.Truncate(mark);
        if (failure is RequestRejectedException { Response: null } rejected)
        {
            exchange.Current.Sent = new SentResponse(0, 0, null, rejected.Rejection);
            return;
        }

        HttpResponse instead = Refusals.InsteadOf(failure, exchange.Current.Life);
        instead.Body.TryGetMemory(out ReadOnlyMemory<byte> text);
        AppendHead(exchange, instead, ContentFraming.Sized, plan.Closes);
        if (exchange.Head.IsHead) text = default;
        sender.Pending.Append(text.Span);
        exchange.Current.Sent = new SentResponse(instead.StatusCode, text.Length, failure);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask SendAsync(
        HttpExchange exchange, HttpResponse response, ResponsePlan plan, ReadOnlyMemory<byte> content, bool flushesFirst)
    {
        ChannelSender sender = exchange.Channel.Sender;
        if (flushesFirst) await sender.FlushAsync().ConfigureAwait(false);
        AppendHead(exchange, response, plan.Framing, plan.Closes);
        if (content.Length <= sender.MaxGathered) sender.Pending.Append(content.Span);
        else await sender.SendAsync(content).ConfigureAwait(false);
        exchange.Current.Sent = new SentResponse(response.StatusCode, content.Length);
    }

    private static ResponseContent Begin(
        HttpExchange exchange, HttpResponse response, ResponsePlan plan, CancellationToken requestToken)
    {
        // Only now is it known whether a deferred response may have content.
        bool isDiscarded = exchange.Head.IsHead || !response.MayHaveContent;
        ContentFraming framing = response.MayHaveContent ? plan.Framing : ContentFraming.Sized;
        AppendHead(exchange, response, framing, plan.Closes);
        return new ResponseContent(
            exchange.Channel,
            framing,
            response.ContentLength,
            response.IsEventStream,
            isDiscarded,
            exchange.Context.Clock.TimeProvider,
            requestToken);
    }

    // Exceptions that a body only gets from its connection, or from its cancelled token. Any other is the body's own.
    private static bool IsClientsEnd(Channel channel, Exception? failure) =>
        failure is null or OperationCanceledException or RequestRejectedException || channel.IsClientsEnd(failure);

    private static void AppendHead(HttpExchange exchange, HttpResponse response, ContentFraming framing, bool close)
    {
        CoarseClock clock = exchange.Context.Clock;
        ref SendBuffer pending = ref exchange.Channel.Sender.Pending;
        ReadOnlySpan<byte> dateAndServer = response.HasServer ? clock.Date : clock.DateAndServer;
        Span<byte> destination =
            pending.GetSpan(response.Head.Length + ResponseHead.MaxAddedLength + dateAndServer.Length);
        pending.Advance(
            ResponseHead.Write(destination, response.Head, response.HasUpgrade, framing, exchange.Head, close, dateAndServer));
    }
}
