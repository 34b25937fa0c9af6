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
/// The protocol engine of one connection: receives a head, has it answered, decides how to go on. Results come up to it as
/// values, and nothing below knows it. Used by the connection's loop alone: <see cref="ServeAsync"/> each time that bytes have
/// come.
/// </summary>
internal sealed class Http1Engine(Channel channel, Http1Context context, EntryRules rules)
{
    // After so many requests without a wait, a connection that pipelines lets the others have their turn.
    private const int MaxBurst = 64;

    private RequestParser _parser = new(context.Limits, context.AdditionalMethods);
    private HttpExchange? _exchange; // only while there is something to parse or to answer
    private long _answered; // requests, before that exchange
    private bool _isNew = true;
    private bool _hasWaited; // for the first byte of what is to be received next
    private long _headDueAt;
    private int _burst;

    private HttpExchange Exchange => _exchange ??= ExchangePool.Rent(channel, context, _answered);

    /// <summary>The method of the request that is being answered, if one is. For any thread.</summary>
    public string? ActiveMethod => channel.IsAtWork ? Volatile.Read(ref _exchange)?.Head.KnownMethod : null;

    /// <summary>Receives requests and has them answered, until there is nothing left to do.</summary>
    /// <returns>
    /// Whether a next request is to be waited for, and this called again when it comes. If not, the connection is at its end.
    /// </returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ServeAsync()
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
                        return true;
                    }
                }

                _hasWaited = false;
                ValueTask<int> receiving = channel.Receiver.ReceiveNextAsync();
                if (!receiving.IsCompleted) _burst = 0;
                int received = await receiving.ConfigureAwait(false);
                if (received > 0) continue;

                if (!isIdle)
                    await RefuseAsync(received < 0 ? Rejection.HeadTimeout : Rejection.IncompleteRequest).ConfigureAwait(false);
                return false;
            }

            if (status == OperationStatus.InvalidData)
            {
                await RefuseAsync(_parser.Rejection).ConfigureAwait(false);
                return false;
            }

            if (!await AnswerAsync().ConfigureAwait(false)) return false;

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

    /// <summary>The first byte of a next request was waited for.</summary>
    public void HasWaited() => _burst = 0;

    /// <summary>Answers with a refusal and ends the connection: nothing that follows is looked at.</summary>
    public async ValueTask RefuseAsync(Rejection rejection)
    {
        OnPool on = await channel.GoToPoolAsync(); // the log may block
        ResponseStage.AppendRefusal(on, Exchange, rejection);
        await EndAsync(isLast: false).ConfigureAwait(false);
    }

    /// <summary>Runs what user code the connection's end has interrupted, and forgets its request.</summary>
    public async ValueTask ReleaseAsync()
    {
        if (_exchange is null) return;
        if (_exchange.HasMore) await _exchange.FinishAsync().ConfigureAwait(false);
        _exchange.Forget();
    }

    /// <returns>Whether the connection goes on.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> AnswerAsync()
    {
        bool isObserved = Instruments.IsRequestObserved;
        Outcome outcome = isObserved
            ? await AnswerObservedAsync().ConfigureAwait(false)
            : await HandlerStage.AnswerAsync(Exchange, rules).ConfigureAwait(false);
        if (outcome.Refusal != Rejection.None && !isObserved)
            ResponseStage.AppendRefusal(await channel.GoToPoolAsync(), Exchange, outcome.Refusal);
        if (outcome.KeepsOpen)
        {
            if (!Exchange.HasMore) return true; // sent with what comes next

            await channel.Sender.FlushAsync().ConfigureAwait(false);
            await Exchange.FinishAsync().ConfigureAwait(false);
            return true;
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
        return false;
    }

    // The span is current in here and in all that is awaited, and nowhere else: what an async method sets ends with it. Listeners
    // are other people's code: they run on the pool, and what they throw ends here. The observation ends when the response has
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

    /// <summary>
    /// Sends what is pending, then FIN, then runs user code that was left, then waits for the client to end too.
    /// </summary>
    /// <param name="isLast">
    /// Whether the client will send no other request (RFC 9112 §9.6) and has sent nothing more. There is nothing to wait for
    /// then, but over TLS: it may still send a close_notify. Content that was not read in one with its head may still have an
    /// empty line behind it, which old clients send.
    /// </param>
    private async ValueTask EndAsync(bool isLast)
    {
        await channel.Sender.FlushAsync().ConfigureAwait(false);
        bool lingers = !(isLast && !channel.Transport.MayHoldUnreadData) && !channel.Receiver.IsAtEnd && channel.CanLinger;
        if (lingers) await channel.Sender.ShutdownAsync().ConfigureAwait(false);
        if (Exchange.HasMore) await Exchange.FinishAsync().ConfigureAwait(false);
        if (lingers) await channel.LingerAsync().ConfigureAwait(false);
    }

    // A head that has begun to arrive is in it, so it is given back only where none has.
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
            // One deadline for the whole head, however many pieces it comes in.
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
