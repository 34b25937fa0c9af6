using System.Buffers;
using System.Runtime.CompilerServices;
using Pwb.Time;

namespace Pwb.Channels;

/// <summary>
/// How a channel receives. One operation at a time; a watch for the client's end, begun by the heartbeat, gives way to the next.
/// </summary>
internal sealed partial class Channel
{
    private const int NotReceiving = 0, Receiving = 1, Watching = 2, Idle = 3;

    // A client that only half-listens is given up after this much silence, and above this rate lingering has no end.
    private const long LingerSilence = 5_000; // milliseconds
    private const long MinLingerRate = 64; // bytes a millisecond

    private int _receiveState;
    private EndWatch? _watch;
    private bool _mayHoldReceived;

    /// <summary>Whether the client has sent its FIN. Its requests are at an end, but it can still read responses.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Whether receiving has failed: the client is gone.</summary>
    public bool HasReceiveFailed { get; private set; }

    /// <summary>Whether reads and writes that had to wait go on at once, on the thread that sees them complete.</summary>
    public bool CompletesInline
    {
        set => _transport.CompletesInline = value;
    }

    /// <summary>Waits for a byte, or the end, without a buffer: an idle connection owns none.</summary>
    public ValueTask<int> WaitForByteAsync()
    {
        ReleaseBuffers();
        if (Interlocked.CompareExchange(ref _receiveState, Idle, NotReceiving) == Watching) return AwaitWatchAsync(_watch!);

        CancellationToken token = _transport.EndsPendingReads ? CancellationToken.None : Aborted;
        return _transport.Stream.ReadAsync(Memory<byte>.Empty, token);
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
            count = await ReadAsync(_received.GetFreeSpace(), Aborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (IsGivenUp)
        {
            count = 0;
        }

        if (!_receiving.End()) return -1;
        if (count == 0 && _transport.IsEnded) throw new OperationCanceledException(); // not the client's FIN, but our own end

        _received.Received(count);
        IsAtEnd = count == 0;
        return count;
    }

    /// <summary>Receives bytes for a protocol that has taken the connection over: there is no deadline.</summary>
    /// <returns>The number of bytes; 0 when the client has sent its FIN.</returns>
    public ValueTask<int> ReceiveRawAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
        ReadAsync(destination, cancellationToken.CanBeCanceled || _transport.EndsPendingReads ? cancellationToken : Aborted);

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
        catch (Exception exception)
        {
            if (!EndWait(wait)) return -1;
            if (exception is not OperationCanceledException) HasReceiveFailed = true;
            throw;
        }

        if (!EndWait(wait)) return -1;
        IsAtEnd = count == 0 && !destination.IsEmpty;
        return count;
    }

    /// <summary>
    /// Waits for the client to end too, after <see cref="ShutdownAsync"/>: to close with unread input would reset the connection
    /// and could destroy the response on its way. A client that is silent is given up after some seconds; one that goes on
    /// sending has
    /// <see cref="PwbServerLimits.LingerTimeout"/>, and longer if it sends fast enough to come to its end.
    /// </summary>
    public async ValueTask LingerAsync()
    {
        ReleaseBuffers();
        long start = _context.Clock.Now;
        long timeout = (long)_context.Limits.LingerTimeout.TotalMilliseconds;
        long received = 0;
        byte[] dropped = ArrayPool<byte>.Shared.Rent(4096);
        while (true)
        {
            BeginWait(
                Wait.Linger,
                CoarseClock.IntervalMilliseconds
                    + Math.Min(start + timeout + (received / MinLingerRate), _context.Clock.Now + LingerSilence));
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

            if (!EndWait(Wait.Linger) || count == 0) break;
            received += count;
        }

        ArrayPool<byte>.Shared.Return(dropped);
    }

    /// <summary>
    /// Begins to wait for the client's end while a request is at work and nobody receives, where nothing but a read can tell. It
    /// takes one byte at most, which the next to receive gets. Called by the heartbeat.
    /// </summary>
    private void WatchForEnd()
    {
        if (_watch is not null) return;

        EndWatch watch = new();
        _watch = watch; // seen by whoever sees the state
        if (Interlocked.CompareExchange(ref _receiveState, Watching, NotReceiving) != NotReceiving)
        {
            _watch = null;
            return;
        }

        _ = RunWatchAsync(watch);
    }

    private async Task RunWatchAsync(EndWatch watch)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // a stream is somebody else's code
        try
        {
            // A wait without a byte first, so that a session holds no buffer meanwhile.
            await _transport.Stream.ReadAsync(Memory<byte>.Empty, Aborted).ConfigureAwait(false);
            int count = await _transport.Stream.ReadAsync(watch.Byte, Aborted).ConfigureAwait(false);
            if (count == 0 && !_transport.IsEnded) CancelWork();
            watch.Complete(count);
        }
        catch (Exception exception)
        {
            if (exception is not OperationCanceledException) Abort(); // nobody is left to answer
            watch.Fail(exception);
        }
    }

    private async ValueTask<int> AwaitWatchAsync(EndWatch watch)
    {
        await watch.Result.WaitAsync(Aborted).ConfigureAwait(false);
        return 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        int state = Interlocked.CompareExchange(ref _receiveState, Receiving, NotReceiving);
        if (state == Receiving) throw new InvalidOperationException("The content is being read already.");
        if (state == Idle) Volatile.Write(ref _receiveState, Receiving); // the wait for a byte is over
        if (state == Watching)
        {
            EndWatch watch = _watch!;
            int watched = await watch.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (watched == 0 || destination.IsEmpty) return 0;

            destination.Span[0] = watch.Byte[0];
            _watch = null;
            Volatile.Write(ref _receiveState, NotReceiving);
            return 1;
        }

        try
        {
            return await _transport.Stream.ReadAsync(destination, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _mayHoldReceived = true; // a read that fails, or is given up, may leave the array with the stream
            throw;
        }
        finally
        {
            Volatile.Write(ref _receiveState, NotReceiving);
        }
    }
}
