using System.Runtime.CompilerServices;
using Pwb.Channels;
using Pwb.Model;
using Pwb.Protocol;
using Pwb.Threads;
using Pwb.Time;

namespace Pwb.Http1;

/// <summary>Sends responses as they were planned: the head, framed for the request that it answers, and the content.</summary>
internal sealed class ResponseSender(Channel channel, CoarseClock clock)
{
    /// <summary>Appends a response that is in memory and closes the connection.</summary>
    public SentResponse AppendLast(HttpResponse response, RequestHead request)
    {
        AppendHead(response, ContentFraming.Sized, request, close: true);
        ReadOnlyMemory<byte> content = default;
        if (!request.IsHead && response.Body.TryGetMemory(out content)) channel.Sender.Pending.Append(content.Span);
        return new SentResponse(response.StatusCode, content.Length);
    }

    /// <summary>
    /// Appends a response whose content is in memory, or that has none to send. Only what is large is sent at once.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SentResponse> AppendAsync(HttpResponse response, ResponsePlan plan, RequestHead request)
    {
        ReadOnlyMemory<byte> content = default;
        if (plan.Sends == ContentOrigin.Memory) response.Body.TryGetMemory(out content);
        if (channel.Sender.Pending.Length + response.Head.Length + content.Length > channel.Sender.MaxPending)
            await channel.Sender.FlushAsync().ConfigureAwait(false);
        AppendHead(response, plan.Framing, request, plan.Closes);
        if (content.Length <= channel.Sender.MaxGathered) channel.Sender.Pending.Append(content.Span);
        else await channel.Sender.SendAsync(content).ConfigureAwait(false);
        return new SentResponse(response.StatusCode, content.Length);
    }

    /// <summary>Sends a response whose body writes itself.</summary>
    /// <param name="on">The body is user code.</param>
    /// <param name="response">The response.</param>
    /// <param name="plan">What it does to the connection.</param>
    /// <param name="request">The head of the request that it answers.</param>
    /// <param name="requestToken">What the body is given.</param>
    /// <exception cref="BodyFailedException">The connection is over: the body failed half-way, or is still writing.</exception>
    /// <exception cref="IOException">The client is gone.</exception>
    public async ValueTask<SentResponse> SendStreamedAsync(
        OnPool on, HttpResponse response, ResponsePlan plan, RequestHead request, CancellationToken requestToken)
    {
        if (channel.Sender.Pending.Length + response.Head.Length > channel.Sender.MaxPending)
        {
            await channel.Sender.FlushAsync().ConfigureAwait(false);
            on = await channel.GoToPoolAsync();
        }

        int mark = channel.Sender.Pending.Length;
        int sendCount = channel.Sender.SendCount;
        ResponseContent? content = null;
        Exception? failure = null;
        try
        {
            on.Check();
            if (response.Body is DeferredBody deferred)
            {
                ResponseStarter starter = new(head =>
                {
                    response = response.MergeInto(head);
                    return content = Begin(response, plan, request, requestToken);
                });
                await deferred.WriteAsync(starter, requestToken).ConfigureAwait(false);
                if (content is null) throw new InvalidOperationException("The writer of a deferred response has not started it.");
            }
            else
            {
                content = Begin(response, plan, request, requestToken);
                await response.Body.WriteToAsync(content, requestToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        if (content is not null && !await content.CloseToUserAsync().ConfigureAwait(false))
        {
            channel.Taint();
            throw new BodyFailedException("The response's body ended while it was still writing.", failure);
        }

        // A body that ends by its token, which only the client's end cancels, has done right.
        bool isCancelled = failure is OperationCanceledException && requestToken.IsCancellationRequested;
        bool isClientGone =
            channel.Sender.Failure is not null || channel.Receiver.Failure is not null
            || channel.Aborted.IsCancellationRequested || isCancelled;
        try
        {
            if (failure is null && !isClientGone) content!.Complete(response.Body.Trailers);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        if (isClientGone && IsClientsEnd(failure)) throw new IOException("The client is gone.", failure);
        if (isClientGone) throw new BodyFailedException("The response's body failed, and the client is gone.", failure);
        if (failure is null) return new SentResponse(response.StatusCode, content!.Written);
        if (channel.Sender.SendCount != sendCount) throw new BodyFailedException("The response's body failed half-way.", failure);

        // Nothing of it is on the wire yet: it can still become an orderly error.
        channel.Sender.Pending.Truncate(mark);
        if (failure is RequestRejectedException { Response: null } rejected)
            return new SentResponse(0, 0, null, rejected.Rejection);

        HttpResponse instead = (failure as RequestRejectedException)?.Response ?? Refusals.InternalServerError;
        instead.Body.TryGetMemory(out ReadOnlyMemory<byte> text);
        AppendHead(instead, ContentFraming.Sized, request, plan.Closes);
        if (request.IsHead) text = default;
        channel.Sender.Pending.Append(text.Span);
        return new SentResponse(instead.StatusCode, text.Length, failure);
    }

    private ResponseContent Begin(HttpResponse response, ResponsePlan plan, RequestHead request, CancellationToken requestToken)
    {
        // Of a deferred response only now is it known whether it may have content.
        bool isDiscarded = request.IsHead || !response.MayHaveContent;
        ContentFraming framing = response.MayHaveContent ? plan.Framing : ContentFraming.Sized;
        AppendHead(response, framing, request, plan.Closes);
        return new ResponseContent(
            channel, framing, response.ContentLength, response.IsEventStream, isDiscarded, clock.TimeProvider, requestToken);
    }

    // What a body can only have from its connection, or from a token that said so. Anything else it threw is its own.
    private bool IsClientsEnd(Exception? failure) =>
        failure is null or OperationCanceledException or RequestRejectedException || channel.IsClientsEnd(failure);

    private void AppendHead(HttpResponse response, ContentFraming framing, RequestHead request, bool close)
    {
        ReadOnlySpan<byte> dateAndServer = response.HasServer ? clock.Date : clock.DateAndServer;
        Span<byte> destination =
            channel.Sender.Pending.GetSpan(response.Head.Length + ResponseHead.MaxAddedLength + dateAndServer.Length);
        channel.Sender.Pending.Advance(
            ResponseHead.Write(destination, response.Head, response.HasUpgrade, framing, request, close, dateAndServer));
    }
}
