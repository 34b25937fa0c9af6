using Pwb.Model;
using Pwb.Time;
using Pwb.Transports;

namespace Pwb.Channels;

/// <summary>
/// Deadlines, aborts and stops: what a channel waits for, until when, and what becomes of it then. The implementation of
/// <see cref="IChannelControl"/>.
/// </summary>
#pragma warning disable CA1001 // without a timer or a wait handle, a source has nothing to dispose of
internal sealed partial class Channel
{
    // How long a loop may take to come for bytes that have arrived when their deadline is over.
    private static readonly TimeSpan Forgiveness = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _aborted = new();
    private Deadline _receiving;
    private Deadline _sending; // of its own: content may be received while a response, or part of one, is being sent
    private RequestLife? _life;
    private bool _isAtWork;
    private long _workSince;
    private volatile string? _abortReason;

    /// <summary>
    /// Cancelled when the connection is aborted, or a client kept it waiting for too long. For the channel's own waits.
    /// </summary>
    public CancellationToken Aborted => _aborted.Token;

    /// <summary>Why the server ended the connection, if it did.</summary>
    public string? AbortReason => _abortReason;

    public long IdleDueAt => _receiving.Current switch
    {
        Wait.NextRequest => _receiving.DueAt,
        Wait.Handshake or Wait.FirstByte => (long.MaxValue / 4) + _receiving.DueAt,
        Wait.Linger => (long.MaxValue / 2) + _receiving.DueAt,
        _ => long.MaxValue,
    };

    /// <summary>
    /// Whether the wait for what was to be received has expired, but the connection is still there to be ended in good order.
    /// </summary>
    public bool IsGivenUp => _receiving.Current == Wait.Expired && !_transport.IsEnded;

    /// <summary>Whether a request is being answered.</summary>
    public bool IsAtWork => Volatile.Read(ref _isAtWork);

    /// <summary>Milliseconds on a monotonic clock, as of the last heartbeat.</summary>
    public long Now => _context.Clock.Now;

    /// <summary>When a wait that starts now and may take that long is over.</summary>
    public long After(TimeSpan timeout) => _context.Clock.After(timeout);

    public void BeginWait(Wait wait, long dueAt) => DeadlineOf(wait).Begin(wait, dueAt);

    /// <returns>False if the wait has expired.</returns>
    public bool EndWait(Wait wait) => DeadlineOf(wait).End();

    public void Tick()
    {
        if (_context.IsStopping) CloseIfIdle();
        if (_sending.Current == Wait.Response) WatchProgress();
        if (IsAtWork) LookForEnd();

        GiveUpOverdue(ref _receiving);
        GiveUpOverdue(ref _sending);
    }

    /// <summary>Closes the connection if the server is stopping. For the loop, when it waits for a next request.</summary>
    public void CloseIfStopping()
    {
        if (_context.IsStopping) CloseIfIdle();
    }

    public bool CloseIfIdle()
    {
        if (HasUnreadBytes || !_receiving.ExpireIfIdle(LastChance())) return false;
        Close();
        return true;
    }

    public bool Evict()
    {
        if (CloseIfIdle()) return true;
        if (!_receiving.ExpireIfLingering(LastChance())) return false;
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
        _transport.EndFromOutside(abort: true);
        CancelToken(life);
    }

    private bool HasUnreadBytes => _watch is { HasByte: true } || _transport.HasUnreadData;

    private void ExtendWait(Wait wait, long dueAt) => DeadlineOf(wait).Extend(wait, dueAt);

    // The handler is told: by its token alone if the client may still read a response, and by everything if it cannot.
    private void LookForEnd()
    {
        switch (_transport.LookForEnd())
        {
            case PeerState.Gone:
                Abort();
                break;
            case PeerState.Ended when IsAnswerLate && Volatile.Read(ref _receiveState) != Receiving: // who receives sees it
                CancelWork();
                break;
            case PeerState.Unknown when IsAnswerLate:
                WatchForEnd();
                break;
        }
    }

    // A client that sends its FIN right behind its request waits for an answer, and most come at once: no handler is told before
    // a second has gone by.
    private bool IsAnswerLate => _context.Clock.Now - Volatile.Read(ref _workSince) >= CoarseClock.IntervalMilliseconds;

    private void Close()
    {
        if (_transport.OwesClosureAlert) CancelToken(); // the loop wakes up and closes
        else _transport.EndFromOutside(abort: false);
    }

    private void GiveUpOverdue(ref Deadline deadline)
    {
        // A process that was stopped for a while finds every deadline overdue, and what was waited for in the system's buffer.
        if (deadline.IsForBytes && deadline.DueAt <= _context.Clock.Now && HasUnreadBytes
            && deadline.TryForgive(_context.Clock.After(Forgiveness)))
            return;

        switch (deadline.Expire(_context.Clock.Now, LastChance()))
        {
            case Wait.FirstByte or Wait.NextRequest or Wait.Linger:
                Close();
                break;
            case Wait.Handshake:
                _abortReason = "the TLS handshake took too long";
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

    /// <summary>When a connection is aborted whose loop has not noticed by then that its wait has expired.</summary>
    private long LastChance() => _context.Clock.After(_context.Limits.LingerTimeout);

    private ref Deadline DeadlineOf(Wait wait)
    {
        if (wait == Wait.Response) return ref _sending;
        return ref _receiving;
    }

    // A handler may have registered callbacks on its token: they run on the pool, so that they cannot hold up who cancels.
    private void CancelToken() => CancelToken(Volatile.Read(ref _life));

    private void CancelToken(RequestLife? life)
    {
        if (_aborted.IsCancellationRequested) return;

        ThreadPool.UnsafeQueueUserWorkItem(
            static state =>
            {
                Channel channel = state.Channel;
                channel._aborted.Cancel();
                if (state.Life is not null) channel.CancelLifeSafely(state.Life);

                Interlocked.MemoryBarrier(); // a request that begins now sees the token, or is seen here
                RequestLife? after = Volatile.Read(ref channel._life);
                if (after is not null && after != state.Life) channel.CancelLifeSafely(after);
            },
            (Channel: this, Life: life),
            preferLocal: false);
    }

    /// <summary>Tells the request that is under way, and nobody else, that its client has gone.</summary>
    private void CancelWork()
    {
        RequestLife? life = Volatile.Read(ref _life);
        if (life is { Aborted.IsCancellationRequested: false }) CancelLife(life);
    }

    private void CancelLife(RequestLife life) =>
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.Channel.CancelLifeSafely(state.Life), (Channel: this, Life: life), preferLocal: false);

    private void CancelLifeSafely(RequestLife life)
    {
        try
        {
            life.Abort();
        }
        catch (AggregateException exception)
        {
            _context.CallbackFailed(Id, life.Number, exception);
        }
    }

    private void StopLife(RequestLife life) => ThreadPool.UnsafeQueueUserWorkItem(
        static state =>
        {
            try
            {
                state.Life.Stop();
            }
            catch (AggregateException exception)
            {
                state.Channel._context.CallbackFailed(state.Channel.Id, state.Life.Number, exception);
            }
        },
        (Channel: this, Life: life),
        preferLocal: false);
}
