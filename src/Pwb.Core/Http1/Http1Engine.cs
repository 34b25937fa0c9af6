using System.Buffers;
using System.Runtime.CompilerServices;
using Pwb.Channels;
using Pwb.Protocol;
using Pwb.Security;
using Pwb.Telemetry;
using Pwb.Threads;
using Pwb.Time;

namespace Pwb.Http1;

/// <summary>
/// The protocol engine of one connection: receives a head, has it answered, and decides how to go on. Results come up as return
/// values; nothing below knows the engine. Only the connection's loop uses it, and calls <see cref="ServeAsync"/> each time that
/// bytes have come.
/// </summary>
internal sealed class Http1Engine(Channel channel, Http1Context context, EntryRules rules)
{
    // After this number of requests without a wait, a connection that pipelines yields to the others.
    private const int MaxBurst = 64;

    private RequestParser _parser = new(context.Limits, context.AdditionalMethods);
    private HttpExchange? _exchange; // only while there is something to parse or to answer
    private long _answered; // requests before the present exchange
    private bool _isNew = true;
    private bool _hasWaited; // for the first byte of the next head
    private long _headDueAt;
    private int _burst;

    private HttpExchange Exchange => _exchange ??= ExchangePool.Rent(channel, context, _answered);

    /// <summary>The method of the current request, or null. For any thread.</summary>
    public string? ActiveMethod => channel.IsAtWork ? Volatile.Read(ref _exchange)?.Head.KnownMethod : null;

    /// <summary>Receives requests and has them answered, until there is nothing left to do.</summary>
    /// <returns>Open to wait for a next request and call this again when it comes; Closed at the end of the connection.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome> ServeAsync()
    {
        for (; ; _burst++)
        {
            OperationStatus status;
            while ((status = _parser.Parse(channel.Receiver.Received.Unread, Exchange.Head, Exchange.Fields))
                == OperationStatus.NeedMoreData)
            {
                bool isIdle = _parser.IsBeforeRequest(channel.Receiver.Received.UnreadLength);
                if (!_hasWaited)
                {
                    if (isIdle && _parser.TakeEmptyLine(channel.Receiver.Received.UnreadLength))
                        channel.Receiver.Received.Consume(2);
                    await channel.Sender.FlushAsync().ConfigureAwait(false); // D3: flush before you wait
                    BeginHeadWait(isIdle);
                    _hasWaited = channel.Receiver.Received.UnreadLength == 0;
                    if (_hasWaited)
                    {
                        GiveExchangeBack();
                        channel.GoOnInline(context.HandlerNeverBlocks);
                        return Outcome.Open;
                    }
                }

                _hasWaited = false;
                ValueTask<int> receiving = channel.Receiver.ReceiveNextAsync();
                if (!receiving.IsCompleted) _burst = 0;
                int received = await receiving.ConfigureAwait(false);
                if (received > 0) continue;

                if (!isIdle)
                    await RefuseAsync(received < 0 ? Rejection.HeadTimeout : Rejection.IncompleteRequest).ConfigureAwait(false);
                return Outcome.Closed;
            }

            if (status == OperationStatus.InvalidData)
            {
                await RefuseAsync(_parser.Rejection).ConfigureAwait(false);
                return Outcome.Closed;
            }

            if (await AnswerAsync().ConfigureAwait(false) == Outcome.Closed) return Outcome.Closed;

            _parser.Reset();
            Exchange.Forget();
            _headDueAt = 0;
            _isNew = false;
            if (_burst >= MaxBurst)
            {
                _burst = 0;
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }
        }
    }

    /// <summary>To be called after a wait for the first byte of a next request.</summary>
    public void HasWaited() => _burst = 0;

    /// <summary>Sends a refusal and ends the connection. Bytes behind the refused ones are never looked at.</summary>
    public async ValueTask RefuseAsync(Rejection rejection)
    {
        OnPool on = await channel.GoToPoolAsync(); // the log may block
        ResponseStage.AppendRefusal(on, Exchange, rejection);
        await EndAsync(isLast: false).ConfigureAwait(false);
    }

    /// <summary>Runs user code that is left at the connection's end, and forgets the request.</summary>
    public async ValueTask ReleaseAsync()
    {
        if (_exchange is null) return;
        if (_exchange.HasMore) await _exchange.FinishAsync().ConfigureAwait(false);
        _exchange.Forget();
    }

    /// <returns>Open if the connection goes on, or Closed.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome> AnswerAsync()
    {
        bool isObserved = Instruments.IsRequestObserved;
        Outcome outcome = isObserved
            ? await AnswerObservedAsync().ConfigureAwait(false)
            : await HandlerStage.AnswerAsync(Exchange, rules).ConfigureAwait(false);
        if (outcome.Refusal != Rejection.None && !isObserved)
            ResponseStage.AppendRefusal(await channel.GoToPoolAsync(), Exchange, outcome.Refusal);
        if (outcome.KeepsOpen)
        {
            if (!Exchange.HasMore) return Outcome.Open; // the response is sent with the next bytes

            await channel.Sender.FlushAsync().ConfigureAwait(false);
            await Exchange.FinishAsync().ConfigureAwait(false);
            return Outcome.Open;
        }

        if (outcome.TakesOver)
        {
            await channel.Sender.FlushAsync().ConfigureAwait(false);
            await TakeOverStage.TakeOverAsync(Exchange).ConfigureAwait(false);
        }

        RequestHead head = Exchange.Head;
        bool isAnswered = outcome is { Refusal: Rejection.None, TakesOver: false };
        await EndAsync(isAnswered && !head.IsPersistent && !head.HasContent && channel.Receiver.Received.UnreadLength == 0)
            .ConfigureAwait(false);
        return Outcome.Closed;
    }

    // The span is current in this method and in everything that it awaits, since changes by an async method end with it.
    // Listeners are user code: they run on the pool, and their exceptions end here. The observation ends when the response has
    // been sent.
    private async ValueTask<Outcome> AnswerObservedAsync()
    {
        OnPool on = await channel.GoToPoolAsync();
        RequestObservation observation = new(Exchange.Begin(), context.Clock.TimeProvider, context.AccessLog.QueryMask);
        Isolate(on, observation.Start);
        Exchange.Begin(observation.Activity);
        bool isWhole = false;
        try
        {
            Outcome outcome = await HandlerStage.AnswerAsync(Exchange, rules).ConfigureAwait(false);
            if (outcome.Refusal != Rejection.None)
                ResponseStage.AppendRefusal(await channel.GoToPoolAsync(), Exchange, outcome.Refusal);
            await channel.Sender.FlushAsync().ConfigureAwait(false);
            isWhole = true;
            return outcome;
        }
        finally
        {
            on = await channel.GoToPoolAsync();
            string? error = Exchange.Error ?? (isWhole ? null : RequestObservation.AbortedError);
            Isolate(on, () => observation.End(Exchange.StatusCode, error));
        }
    }

    /// <summary>Sends pending bytes, then FIN, then runs user code that is left, then waits for the client's end.</summary>
    /// <param name="isLast">
    /// Whether the client will send no other request (RFC 9112 §9.6) and has sent nothing more. Then there is nothing to wait
    /// for, except over TLS, where a close_notify may still come. An empty line, which old clients send, may still follow content
    /// that was not read together with its head.
    /// </param>
    private async ValueTask EndAsync(bool isLast)
    {
        await channel.Sender.FlushAsync().ConfigureAwait(false);
        bool lingers = !(isLast && !channel.Transport.MayHoldUnreadData) && !channel.Receiver.IsAtEnd && channel.CanLinger;
        if (lingers) await channel.ShutdownAsync().ConfigureAwait(false);
        if (Exchange.HasMore) await Exchange.FinishAsync().ConfigureAwait(false);
        channel.EndRequest(); // however the client ends now, the request has been answered
        if (lingers) await channel.LingerAsync().ConfigureAwait(false);
    }

    // The exchange holds the begun head, so it is given back only where no head has begun.
    private void GiveExchangeBack()
    {
        if (_exchange is not { } exchange) return;
        Volatile.Write(ref _exchange, null);
        _answered = ExchangePool.Return(exchange);
    }

    private void BeginHeadWait(bool isIdle)
    {
        PwbServerLimits limits = context.Limits;
        if (!isIdle)
        {
            // One deadline for the whole head, in any number of pieces.
            if (_headDueAt == 0) _headDueAt = channel.Clock.After(limits.RequestHeadTimeout);
            channel.Receiver.BeginWait(Wait.Head, _headDueAt);
            return;
        }

        _headDueAt = 0;
        if (_isNew) channel.Receiver.BeginWait(Wait.FirstByte, channel.Clock.After(limits.FirstByteTimeout));
        else channel.Receiver.BeginWait(Wait.NextRequest, channel.Clock.After(limits.KeepAliveTimeout));
    }

    private void Isolate(OnPool on, Action listening)
    {
        on.Check();
        try
        {
            listening();
        }
        catch (Exception exception)
        {
            context.Log.ListenerFailed(on, exception);
        }
    }
}
