using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Pwb.Time;
using Pwb.Transports;

namespace Pwb.Channels;

/// <summary>
/// The receiving half of a channel. One operation at a time; a watch for the client's end, which the heartbeat begins, gives way
/// to the next operation. Members are for the connection's loop unless they say otherwise.
/// </summary>
/// <param name="transport">The stream.</param>
/// <param name="context">The state that all channels of a server share.</param>
/// <param name="aborted">Cancelled when the connection is aborted.</param>
internal sealed class ChannelReceiver(Transport transport, ChannelContext context, CancellationToken aborted)
{
    private const int NotReceiving = 0, Receiving = 1, Watching = 2, Idle = 3;

    // A silent client that lingers is given up after this time. Above this rate, lingering has no end.
    private const long LingerSilence = 5_000; // milliseconds
    private const long MinLingerRate = 64; // bytes a millisecond

    private ReceiveBuffer _received = new();
    private Deadline _deadline;
    private long _waitingSince;
    private int _state;
    private EndWatch? _watch;
    private bool _mayHoldReceived;
    private Waste _waste;

    /// <summary>The received bytes that have not been used.</summary>
    public ref ReceiveBuffer Received => ref _received;

    /// <summary>The current wait and its end. The heartbeat may change it too.</summary>
    public ref Deadline Deadline => ref _deadline;

    /// <summary>Whether the client has sent FIN. It sends no more requests, but can still read responses.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>The first exception of a receive, or null. Every later receive fails with it: the client is gone.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether the wait for bytes has expired, but the connection can still be ended properly.</summary>
    public bool IsGivenUp => _deadline.Current == Wait.Expired && !transport.IsEnded;

    /// <summary>Whether a receive is under way. For any thread.</summary>
    public bool IsReceiving => Volatile.Read(ref _state) == Receiving;

    /// <summary>Whether bytes have arrived that no receive has taken. For any thread.</summary>
    public bool HasUnreadBytes => _watch is { HasByte: true } || transport.HasUnreadData;

    /// <summary>Whether a watch has found the client's end. For the heartbeat.</summary>
    public bool HasSeenEnd => _watch is { HasEnded: true };

    /// <summary>When the present wait began, by the machine's own clock, in its finest steps. For any thread.</summary>
    public long WaitingSince => Volatile.Read(ref _waitingSince);

    public void BeginWait(Wait wait, long dueAt)
    {
        Volatile.Write(ref _waitingSince, Stopwatch.GetTimestamp()); // first: who sees the wait sees since when
        _deadline.Begin(wait, dueAt);
    }

    /// <returns>False if the wait has expired.</returns>
    public bool EndWait() => _deadline.End();

    /// <summary>Counts useful bytes: a request's head, or content.</summary>
    public void CountUsed(long count) => _waste.Add(wasted: 0, count, context.Clock.Now);

    /// <summary>Counts bytes that serve nobody, such as framing.</summary>
    /// <returns>Whether the client has sent more than <see cref="PwbServerLimits.MaxWastedLength"/> allows.</returns>
    public bool IsWasted(long count) =>
        count > 0 && _waste.Add(count, used: 0, context.Clock.Now) > context.Limits.MaxWastedLength;

    /// <summary>Waits for a byte or the end, without a buffer.</summary>
    public ValueTask<int> WaitForByteAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, NotReceiving) == Watching) return AwaitWatchAsync(_watch!);

        CancellationToken token = transport.EndsPendingReads ? CancellationToken.None : aborted;
        return transport.Stream.ReadAsync(Memory<byte>.Empty, token);
    }

    /// <summary>Receives behind the unread bytes, within the begun wait, and ends the wait.</summary>
    /// <returns>The number of bytes; 0 when the client has sent its FIN; -1 when the wait has expired.</returns>
    /// <exception cref="OperationCanceledException">This end has ended the connection.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveNextAsync()
    {
        int count;
        try
        {
            count = await ReadAsync(_received.GetFreeSpace(), aborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (IsGivenUp)
        {
            count = 0;
        }

        if (!EndWait()) return -1;
        if (count == 0 && transport.IsEnded) throw new OperationCanceledException(); // our own end, not the client's FIN

        _received.Received(count);
        IsAtEnd = count == 0;
        return count;
    }

    /// <summary>Receives bytes for a protocol that has taken the connection over, without a deadline.</summary>
    /// <returns>The number of bytes; 0 when the client has sent its FIN.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveRawAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        CancellationToken token = cancellationToken.CanBeCanceled || transport.EndsPendingReads ? cancellationToken : aborted;
        int count = await ReadAsync(destination, token).ConfigureAwait(false);
        IsAtEnd = count == 0 && !destination.IsEmpty;
        return count;
    }

    /// <summary>Receives bytes before a deadline.</summary>
    /// <returns>The number of bytes; 0 when the client has sent its FIN; -1 when the deadline has passed.</returns>
    /// <exception cref="InvalidOperationException">Another receive is under way.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> destination, Wait wait, long dueAt, CancellationToken cancellationToken)
    {
        BeginWait(wait, dueAt);
        int count;
        try
        {
            count = await ReadAsync(destination, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            if (!EndWait()) return -1;
            throw;
        }

        if (!EndWait()) return -1;
        IsAtEnd = count == 0 && !destination.IsEmpty;
        return count;
    }

    /// <summary>
    /// Waits for the client's end after FIN was sent. To close with unread input would reset the connection, and could destroy
    /// the response on its way. A silent client is given up after some seconds. A client that goes on sending has
    /// <see cref="PwbServerLimits.LingerTimeout"/>, and longer if it sends fast enough to come to its end, but not once the
    /// server stops.
    /// </summary>
    public async ValueTask LingerAsync()
    {
        long start = context.Clock.Now;
        long timeout = (long)context.Limits.LingerTimeout.TotalMilliseconds;
        long received = 0;
        long end = long.MaxValue;
        byte[] dropped = ArrayPool<byte>.Shared.Rent(4096);
        while (true)
        {
            long dueAt = Math.Min(start + timeout + (received / MinLingerRate), context.Clock.Now + LingerSilence);
            // A stop does not wait for a client that never ends.
            if (context.IsStopping) end = Math.Min(end, context.Clock.Now + LingerSilence);
            BeginWait(Wait.Linger, CoarseClock.IntervalMilliseconds + Math.Min(dueAt, end));
            int count;
            try
            {
                count = await ReadAsync(dropped, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
            {
                // The client is gone, or the time is up. In both cases the connection ends, and the garbage collector gets the
                // array.
                return;
            }

            if (!EndWait() || count == 0 || context.Clock.Now >= end) break;
            received += count;
        }

        ArrayPool<byte>.Shared.Return(dropped);
    }

    /// <summary>
    /// Begins to watch for the client's end while a request is at work and no receive is under way, on transports where only a
    /// read can tell. The watch takes one byte at most, which the next receive gets. Called by the heartbeat.
    /// </summary>
    /// <returns>The watch, for the caller to run; null if there is one already, or a receive is under way.</returns>
    public EndWatch? TryBeginWatch()
    {
        if (_watch is not null) return null;

        EndWatch watch = new();
        _watch = watch; // visible to every thread that sees the state
        if (Interlocked.CompareExchange(ref _state, Watching, NotReceiving) == NotReceiving) return watch;
        _watch = null;
        return null;
    }

    /// <summary>Keeps everybody from receiving: a watch is ended, and none begins until <see cref="LetGo"/>.</summary>
    /// <returns>Whether that is so. Not if somebody receives, or the watch has found something.</returns>
    public async ValueTask<bool> TryHoldAsync()
    {
        int state = Interlocked.CompareExchange(ref _state, Receiving, NotReceiving);
        if (state != Watching) return state == NotReceiving;
        if (!await _watch!.EndAsync().ConfigureAwait(false)) return false;

        _watch = null;
        Volatile.Write(ref _state, Receiving);
        return true;
    }

    /// <summary>Lets others receive again.</summary>
    public void LetGo() => Volatile.Write(ref _state, NotReceiving);

    /// <summary>Returns the buffer's array to its pool.</summary>
    /// <param name="isTainted">Whether user code may still hold the array. The garbage collector gets it then.</param>
    public void ReleaseBuffer(bool isTainted)
    {
        if (isTainted || _mayHoldReceived) _received.Abandon();
        else _received.Release();
    }

    private async ValueTask<int> AwaitWatchAsync(EndWatch watch)
    {
        await watch.Result.WaitAsync(aborted).ConfigureAwait(false);
        return 0;
    }

    private async Task<int> GetResultAsync(EndWatch watch, CancellationToken cancellationToken)
    {
        try
        {
            return await watch.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Failure ??= exception;
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        int state = Interlocked.CompareExchange(ref _state, Receiving, NotReceiving);
        if (state == Receiving) throw new InvalidOperationException("The content is being read already.");
        if (state == Idle) Volatile.Write(ref _state, Receiving); // the wait for a byte is over
        if (state == Watching)
        {
            EndWatch watch = _watch!;
            int watched = await GetResultAsync(watch, cancellationToken).ConfigureAwait(false);
            if (watched == 0 || destination.IsEmpty) return 0;

            destination.Span[0] = watch.Byte[0];
            _watch = null;
            Volatile.Write(ref _state, NotReceiving);
            return 1;
        }

        try
        {
            if (Failure is { } failure) throw new IOException(failure.Message, failure);
            return await transport.Stream.ReadAsync(destination, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _mayHoldReceived = true; // a read that failed or was cancelled may leave the array with the stream
            if (exception is not OperationCanceledException) Failure ??= exception;
            throw;
        }
        finally
        {
            Volatile.Write(ref _state, NotReceiving);
        }
    }
}
