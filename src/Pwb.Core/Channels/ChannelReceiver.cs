using System.Buffers;
using System.Runtime.CompilerServices;
using Pwb.Time;
using Pwb.Transports;

namespace Pwb.Channels;

/// <summary>
/// How a channel receives. One operation at a time; a watch for the client's end, begun by the heartbeat, gives way to the next.
/// For the connection's loop, but for what says otherwise.
/// </summary>
/// <param name="transport">The stream.</param>
/// <param name="context">What all channels share.</param>
/// <param name="aborted">Cancelled when the connection is aborted.</param>
internal sealed class ChannelReceiver(Transport transport, ChannelContext context, CancellationToken aborted)
{
    private const int NotReceiving = 0, Receiving = 1, Watching = 2, Idle = 3;

    // A client that only half-listens is given up after this much silence, and above this rate lingering has no end.
    private const long LingerSilence = 5_000; // milliseconds
    private const long MinLingerRate = 64; // bytes a millisecond

    private ReceiveBuffer _received = new();
    private Deadline _deadline;
    private int _state;
    private EndWatch? _watch;
    private bool _mayHoldReceived;
    private Waste _waste;

    /// <summary>What was received and not used yet.</summary>
    public ref ReceiveBuffer Received => ref _received;

    /// <summary>What is waited for, and until when. The heartbeat, too, may change it.</summary>
    public ref Deadline Deadline => ref _deadline;

    /// <summary>Whether the client has sent its FIN. Its requests are at an end, but it can still read responses.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>What receiving has failed with first, and fails with from then on: the client is gone.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>
    /// Whether the wait for what was to be received has expired, but the connection is still there to be ended in good order.
    /// </summary>
    public bool IsGivenUp => _deadline.Current == Wait.Expired && !transport.IsEnded;

    /// <summary>Whether somebody receives. For any thread.</summary>
    public bool IsReceiving => Volatile.Read(ref _state) == Receiving;

    /// <summary>Whether bytes have arrived that nobody has come for. For any thread.</summary>
    public bool HasUnreadBytes => _watch is { HasByte: true } || transport.HasUnreadData;

    public void BeginWait(Wait wait, long dueAt) => _deadline.Begin(wait, dueAt);

    /// <returns>False if the wait has expired.</returns>
    public bool EndWait() => _deadline.End();

    /// <summary>Bytes were used that are of use to somebody: a request's head, or content.</summary>
    public void CountUsed(long count) => _waste.Add(wasted: 0, count, context.Clock.Now);

    /// <summary>Bytes were used that serve nobody, such as framing.</summary>
    /// <returns>Whether that is more than a client may send: <see cref="PwbServerLimits.MaxWastedLength"/>.</returns>
    public bool IsWasted(long count) =>
        count > 0 && _waste.Add(count, used: 0, context.Clock.Now) > context.Limits.MaxWastedLength;

    /// <summary>Waits for a byte, or the end, without a buffer.</summary>
    public ValueTask<int> WaitForByteAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, NotReceiving) == Watching) return AwaitWatchAsync(_watch!);

        CancellationToken token = transport.EndsPendingReads ? CancellationToken.None : aborted;
        return transport.Stream.ReadAsync(Memory<byte>.Empty, token);
    }

    /// <summary>Receives behind what is unread, within the wait that has begun, and ends it.</summary>
    /// <returns>The number of bytes; 0 when the client has sent its FIN; -1 when the wait has expired.</returns>
    /// <exception cref="OperationCanceledException">The connection was ended at this end.</exception>
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
        if (count == 0 && transport.IsEnded) throw new OperationCanceledException(); // not the client's FIN, but our own end

        _received.Received(count);
        IsAtEnd = count == 0;
        return count;
    }

    /// <summary>Receives bytes for a protocol that has taken the connection over: there is no deadline.</summary>
    /// <returns>The number of bytes; 0 when the client has sent its FIN.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveRawAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        CancellationToken token = cancellationToken.CanBeCanceled || transport.EndsPendingReads ? cancellationToken : aborted;
        int count = await ReadAsync(destination, token).ConfigureAwait(false);
        IsAtEnd = count == 0 && !destination.IsEmpty;
        return count;
    }

    /// <summary>Receives bytes that are waited for until a certain time.</summary>
    /// <returns>The number of bytes; 0 when the client has sent its FIN; -1 when the time was up.</returns>
    /// <exception cref="InvalidOperationException">Somebody is receiving already.</exception>
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
    /// Waits for the client to end too, after it was told that nothing more comes: to close with unread input would reset the
    /// connection and could destroy the response on its way. A client that is silent is given up after some seconds; one that
    /// goes on sending has <see cref="PwbServerLimits.LingerTimeout"/>, and longer if it sends fast
    /// enough to come to its end; but not once the server stops.
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
                // The client is gone, or the time was up. Either way this is the end, and the array is left to the collector.
                return;
            }

            if (!EndWait() || count == 0 || context.Clock.Now >= end) break;
            received += count;
        }

        ArrayPool<byte>.Shared.Return(dropped);
    }

    /// <summary>
    /// Begins to wait for the client's end while a request is at work and nobody receives, where nothing but a read can tell. It
    /// takes one byte at most, which the next to receive gets. Called by the heartbeat.
    /// </summary>
    /// <returns>The watch, for the caller to run; null if there is one, or somebody receives.</returns>
    public EndWatch? TryBeginWatch()
    {
        if (_watch is not null) return null;

        EndWatch watch = new();
        _watch = watch; // seen by whoever sees the state
        if (Interlocked.CompareExchange(ref _state, Watching, NotReceiving) == NotReceiving) return watch;
        _watch = null;
        return null;
    }

    /// <summary>Gives the buffer's array back to its pool.</summary>
    /// <param name="isTainted">Whether user code may still hold it. It is then left to the garbage collector.</param>
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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        int state = Interlocked.CompareExchange(ref _state, Receiving, NotReceiving);
        if (state == Receiving) throw new InvalidOperationException("The content is being read already.");
        if (state == Idle) Volatile.Write(ref _state, Receiving); // the wait for a byte is over
        if (state == Watching)
        {
            EndWatch watch = _watch!;
            int watched = await watch.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
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
            _mayHoldReceived = true; // a read that fails, or is given up, may leave the array with the stream
            if (exception is not OperationCanceledException) Failure ??= exception;
            throw;
        }
        finally
        {
            Volatile.Write(ref _state, NotReceiving);
        }
    }
}
