namespace Pwb.Connections;

/// <summary>What a connection waits for, until when, and what becomes of it then: for the heartbeat, for a server that stops, and for whoever aborts it.</summary>
internal sealed partial class HttpConnection
{
    private readonly CancellationTokenSource _aborted = new();
    private Deadline _receiving;
    private Deadline _sending; // of its own: content may be received while a response, or part of one, is being sent
    private long _headDueAt;
    private volatile string? _abortReason;

    /// <summary>Cancelled when the connection is aborted, or a client kept it waiting for too long.</summary>
    public CancellationToken Aborted => _aborted.Token;

    /// <summary>
    /// The smaller, the longer the connection has been idle; long.MaxValue if it is not, or is refused and so has no place to give up. Those
    /// that never sent a request come last.
    /// </summary>
    public long IdleDueAt => _receiving.Current switch
    {
        _ when IsRefused => long.MaxValue,
        Wait.NextRequest => _receiving.DueAt,
        Wait.Handshake or Wait.FirstByte => (long.MaxValue / 2) + _receiving.DueAt,
        _ => long.MaxValue,
    };

    // Whether what was waited for is to come no more, but the connection is still there to be ended in good order.
    private bool IsGivenUp => _receiving.Current == Wait.Expired && !_transport.IsEnded;

    public void BeginWait(Wait wait, long dueAt) => DeadlineOf(wait).Begin(wait, dueAt);

    /// <returns>False if the wait has expired.</returns>
    public bool EndWait(Wait wait) => DeadlineOf(wait).End();

    /// <summary>Gives a wait of that kind, if there is one, another end.</summary>
    public void ExtendWait(Wait wait, long dueAt) => DeadlineOf(wait).Extend(wait, dueAt);

    /// <summary>Gives up whatever is overdue. Called by the heartbeat: it neither waits nor takes a lock, and runs nobody else's code.</summary>
    public void Tick()
    {
        if (_context.IsStopping) CloseIfIdle();
        if (_sending.Current == Wait.Response) Output.WatchProgress();
        if (_exchange.IsPending && _transport.IsReset()) Abort(); // nobody is left to answer: the handler is told

        GiveUpOverdue(ref _receiving);
        GiveUpOverdue(ref _sending);
    }

    /// <summary>Closes the connection if no request has begun.</summary>
    /// <returns>Whether it was closed.</returns>
    public bool CloseIfIdle()
    {
        if (_transport.HasUnreadData || !_receiving.ExpireIfIdle(LastChance())) return false;
        Close();
        return true;
    }

    /// <summary>Ends the connection at once. What the client has received so far will not look complete.</summary>
    public void Abort()
    {
        _transport.EndFromOutside(abort: true);
        CancelToken();
    }

    private void Close()
    {
        if (_transport.OwesClosureAlert) CancelToken(); // the loop wakes up and closes
        else _transport.EndFromOutside(abort: false);
    }

    private void GiveUpOverdue(ref Deadline deadline)
    {
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

    private void BeginHeadWait(bool isIdle)
    {
        PwbServerLimits limits = _context.Limits;
        if (!isIdle)
        {
            // One deadline for the whole head, however many pieces it comes in.
            if (_headDueAt == 0) _headDueAt = _context.Clock.After(limits.RequestHeadTimeout);
            BeginWait(Wait.Head, _headDueAt);
            return;
        }

        _headDueAt = 0;
        if (_isNew) BeginWait(Wait.FirstByte, _context.Clock.After(limits.FirstByteTimeout));
        else BeginWait(Wait.NextRequest, _context.Clock.After(limits.KeepAliveTimeout));
    }

    private long LastChance() => _context.Clock.After(_context.Limits.LingerTimeout);

    private ref Deadline DeadlineOf(Wait wait)
    {
        if (wait == Wait.Response) return ref _sending;
        return ref _receiving;
    }

    // A handler may have registered callbacks on the token: they run on the pool, so that they cannot hold up who cancels.
    private void CancelToken()
    {
        if (_aborted.IsCancellationRequested) return;

        ThreadPool.UnsafeQueueUserWorkItem(
            static connection =>
            {
                try
                {
                    connection._aborted.Cancel();
                }
                catch (AggregateException exception)
                {
                    connection._context.Log.CallbackFailed(connection._exchange.Id, exception);
                }
            },
            this,
            preferLocal: false);
    }
}
