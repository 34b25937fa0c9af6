using Pwb.Model;
using Pwb.Time;
using Pwb.Transports;

namespace Pwb.Channels;

/// <summary>
/// Deadlines, aborts and stops of a channel: after a wait that was too long, a client that is gone, or a server that stops. Any
/// thread may call the members of <see cref="IChannelControl"/>; only the connection's loop may call the others.
/// </summary>
/// <param name="transport">The stream.</param>
/// <param name="context">The state that all channels of a server share.</param>
/// <param name="receiver">The receiving half.</param>
/// <param name="sender">The sending half.</param>
/// <param name="aborted">The source of the receiver's token.</param>
internal sealed class ChannelControl(
    Transport transport,
    ChannelContext context,
    ChannelReceiver receiver,
    ChannelSender sender,
    CancellationTokenSource aborted) : IChannelControl
{
    // The time that a loop gets to fetch bytes that arrived before their deadline.
    private static readonly TimeSpan Forgiveness = TimeSpan.FromSeconds(2);

    // The time that a stop waits for the handshake, and then for the first request, of a client that has just connected.
    private const long NewcomerPatience = 1_000 + CoarseClock.IntervalMilliseconds; // by a clock that may have beaten meanwhile

    private RequestLife? _life;
    private long _workSince = -1; // the time when the current request began
    private volatile string? _abortReason;

    public Transport Transport => transport;

    public ChannelContext Context => context;

    public ChannelReceiver Receiver => receiver;

    public ChannelSender Sender => sender;

    /// <summary>Cancelled by an abort, or when a client was too late. For the channel's own waits.</summary>
    public CancellationToken Aborted => aborted.Token;

    /// <summary>The reason of the server's abort, or null.</summary>
    public string? AbortReason => _abortReason;

    public Idleness Idleness
    {
        get
        {
            (Wait wait, long dueAt) = receiver.Deadline.Read();
            return wait switch
            {
                Wait.NextRequest => Idleness.Idle,
                Wait.Handshake or Wait.FirstByte => IsNewcomer(wait, dueAt) ? Idleness.Newcomer : Idleness.Idle,
                Wait.Linger => Idleness.Lingering,
                _ => Idleness.Busy,
            };
        }
    }

    public long IdleSince => receiver.WaitingSince;

    /// <summary>Whether a request is being answered.</summary>
    public bool IsAtWork => Volatile.Read(ref _workSince) >= 0;

    /// <summary>Begins a request.</summary>
    /// <param name="life">The request's tokens; null for handlers that need none.</param>
    public void BeginRequest(RequestLife? life)
    {
        Volatile.Write(ref _workSince, context.Clock.Now);
        Volatile.Write(ref _life, life); // last: who sees it sees since when
        if (life is null) return;

        Interlocked.MemoryBarrier(); // a thread that aborts or stops now sees the new life, or is seen here
        if (aborted.IsCancellationRequested) CancelLife(life, isCut: true);
        if (context.IsStopping) StopLife(life);
    }

    /// <summary>Ends the request, and forgets its tokens.</summary>
    public void EndRequest()
    {
        _life = null;
        Volatile.Write(ref _workSince, -1);
    }

    public void Tick()
    {
        if (context.IsStopping) CloseIfIdle();
        if (sender.Deadline.Current == Wait.Response) sender.WatchProgress();
        if (IsAtWork) LookForEnd();

        GiveUpOverdue(ref receiver.Deadline);
        GiveUpOverdue(ref sender.Deadline);
    }

    /// <summary>
    /// Closes the connection if the server is stopping. For the loop, at the start of a wait for a next request.
    /// </summary>
    public void CloseIfStopping()
    {
        if (context.IsStopping) CloseIfIdle();
    }

    public bool CloseIfIdle() => Idleness != Idleness.Newcomer && CloseIdle(IdleSince);

    public bool Evict(long since)
    {
        if (CloseIdle(since)) return true;
        if (IdleSince != since || !receiver.Deadline.ExpireIfLingering(LastChance())) return false;
        Close();
        return true;
    }

    public void BeginStop()
    {
        RequestLife? life = Volatile.Read(ref _life);
        if (life is not null) StopLife(life);
    }

    public void Abort()
    {
        RequestLife? life = Volatile.Read(ref _life); // the loop may end the request as soon as the transport is gone
        transport.EndFromOutside(abort: true);
        CancelToken(life);
    }

    // A client that may still read the response cancels the handler's token only. A client that cannot cancels everything.
    private void LookForEnd()
    {
        switch (transport.LookForEnd())
        {
            case PeerState.Gone:
                Abort();
                break;
            case PeerState.Ended when !receiver.IsReceiving: // the receive under way sees it
                CancelLateWork();
                break;
            case PeerState.Unknown when IsAnswerLate:
                if (receiver.HasSeenEnd) CancelLateWork();
                else if (receiver.TryBeginWatch() is { } watch) _ = WatchForEndAsync(watch);
                break;
        }
    }

    // A client that sends FIN right behind its request waits for a response, and most responses come at once. So a handler is
    // told only after a second. The request may have begun just before the clock's last beat but one.
    private bool IsAnswerLate => context.Clock.Now - Volatile.Read(ref _workSince) >= 2 * CoarseClock.IntervalMilliseconds;

    private async Task WatchForEndAsync(EndWatch watch)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // a stream may be user code
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(Aborted, watch.Ended);
        try
        {
            // A wait without a byte comes first, so that a TLS session holds no buffer meanwhile.
            await transport.Stream.ReadAsync(Memory<byte>.Empty, either.Token).ConfigureAwait(false);
            int count = await transport.Stream.ReadAsync(watch.Byte, either.Token).ConfigureAwait(false);
            if (count == 0 && !transport.IsEnded) CancelLateWork();
            watch.Complete(count);
        }
        catch (Exception exception)
        {
            if (exception is not OperationCanceledException) Abort(); // nobody is left to answer
            watch.Fail(exception);
        }
    }

    // The request of a new client may be under way, and no client repeats it when a new connection is closed. Compared with the
    // end of such a wait that begins now.
    private bool IsNewcomer(Wait wait, long dueAt)
    {
        TimeSpan timeout = wait == Wait.Handshake ? context.Limits.TlsHandshakeTimeout : context.Limits.FirstByteTimeout;
        return context.Clock.After(timeout) - dueAt < NewcomerPatience;
    }

    // The time is compared after the system was asked for bytes, since the loop may have served a request meanwhile.
    private bool CloseIdle(long since)
    {
        bool isAsked = receiver.Deadline.Current != Wait.Handshake && receiver.HasUnreadBytes;
        if (isAsked || IdleSince != since || !receiver.Deadline.ExpireIfIdle(LastChance())) return false;
        Close();
        return true;
    }

    private void Close()
    {
        if (transport.OwesClosureAlert) CancelToken(); // the loop wakes up and closes
        else transport.EndFromOutside(abort: false);
    }

    private void GiveUpOverdue(ref Deadline deadline)
    {
        // A process that stood still finds every deadline overdue, and received bytes in the system's buffer.
        if (deadline.IsForgivable(context.Clock.Now) && receiver.HasUnreadBytes
            && deadline.TryForgive(context.Clock.Now, context.Clock.After(Forgiveness)))
            return;

        switch (deadline.Expire(context.Clock.Now, LastChance()))
        {
            case Wait.FirstByte or Wait.NextRequest or Wait.Linger:
                Close();
                break;
            case Wait.Handshake:
                _abortReason = "the handshake took too long";
                Abort();
                break;
            case Wait.Head or Wait.Content or Wait.Drain:
                CancelToken(); // the loop wakes up and answers 408
                break;
            case Wait.Response:
                _abortReason = "the client did not take the response in time";
                Abort();
                break;
            case Wait.Expired:
                Abort();
                break;
        }
    }

    /// <summary>The time when a connection is aborted if its loop has not reacted to the expiry.</summary>
    private long LastChance() => context.Clock.After(context.Limits.LingerTimeout);

    // Callbacks on a handler's token run on the pool, so that they cannot block the thread that cancels.
    private void CancelToken() => CancelToken(Volatile.Read(ref _life));

    private void CancelToken(RequestLife? life)
    {
        if (aborted.IsCancellationRequested) return;

        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.Control.CancelAll(state.Life), (Control: this, Life: life), preferLocal: false);
    }

    private void CancelAll(RequestLife? life)
    {
        try
        {
            aborted.Cancel();
        }
        catch (AggregateException exception) // of a stream of the user's, or of whoever has a request that is lent
        {
            context.CallbackFailed(transport.Id, life?.Number ?? 0, exception);
        }

        if (life is not null) CancelLifeSafely(life, isCut: true);

        Interlocked.MemoryBarrier(); // a request that begins now sees the token, or is seen here
        RequestLife? after = Volatile.Read(ref _life);
        if (after is not null && after != life) CancelLifeSafely(after, isCut: true);
    }

    /// <summary>
    /// Tells only the current request that its client has gone, if its answer is late. If not, another beat does so: the end may
    /// have been looked for since an earlier request.
    /// </summary>
    private void CancelLateWork()
    {
        RequestLife? life = Volatile.Read(ref _life); // first: no other request's time decides
        if (life is { Aborted.IsCancellationRequested: false } && IsAnswerLate) CancelLife(life, isCut: false);
    }

    private void CancelLife(RequestLife life, bool isCut) =>
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.Control.CancelLifeSafely(state.Life, state.IsCut),
            (Control: this, Life: life, IsCut: isCut),
            preferLocal: false);

    private void CancelLifeSafely(RequestLife life, bool isCut)
    {
        try
        {
            if (isCut) life.CutOff();
            else life.Abort();
        }
        catch (AggregateException exception)
        {
            context.CallbackFailed(transport.Id, life.Number, exception);
        }
    }

    private void StopLife(RequestLife life) =>
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.Control.StopLifeSafely(state.Life), (Control: this, Life: life), preferLocal: false);

    private void StopLifeSafely(RequestLife life)
    {
        try
        {
            life.Stop();
        }
        catch (AggregateException exception)
        {
            context.CallbackFailed(transport.Id, life.Number, exception);
        }
    }
}
