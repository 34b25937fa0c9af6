using System.Buffers;
using System.Runtime.CompilerServices;
using Pwb.Channels;
using Pwb.Protocol;
using Pwb.Threads;
using Pwb.Time;

namespace Pwb.Http1;

/// <summary>
/// The content of one request, by Content-Length or chunked. It comes from what has arrived with the head first, then straight
/// from the channel. It knows whether the client waits for 100 (Continue). User code holds it, so every read goes through its
/// gate: a second one at the same time, or one after the end, throws before it touches anything.
/// </summary>
internal sealed class RequestContent : Stream
{
    private readonly Channel _channel;
    private readonly HttpRequest _request;
    private readonly PwbServerLimits _limits;
    private readonly CancellationToken _requestToken;
    private readonly bool _isChunked;
    private ChunkedDecoder _chunked;
    private FieldSectionParser _trailers;
    private HttpFields? _trailerFields;
    private Gate _gate;
    private long _remaining;
    private long _received;
    private long _waited;
    private bool _isContinueDue;
    private bool _isFinal;

    /// <param name="channel">Where the content comes from.</param>
    /// <param name="request">The request, which gets the trailers.</param>
    /// <param name="limits">How much there may be, and how slowly it may come.</param>
    /// <param name="requestToken">The request's token, which ends no read: the channel's own does.</param>
    public RequestContent(Channel channel, HttpRequest request, PwbServerLimits limits, CancellationToken requestToken)
    {
        RequestHead head = request.Head;
        _channel = channel;
        _request = request;
        _limits = limits;
        _requestToken = requestToken;
        _isChunked = head.IsChunked;
        _remaining = head.ContentLength;
        _isContinueDue = head.ExpectsContinue;
        _chunked = new ChunkedDecoder(limits);
        _trailers = new FieldSectionParser(limits.MaxTrailerSectionLength, limits.MaxTrailerFieldLines, isTrailers: true);
    }

    private enum Taking
    {
        NeedMoreData,
        Taken,
        AtEnd,
        Failed,
    }

    /// <summary>How much content there may be.</summary>
    public long MaxContentLength
    {
        get => _chunked.MaxContentLength;
        set => _chunked.MaxContentLength = value;
    }

    /// <summary>Whether all of the content has been taken.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Why the content is refused, if it is.</summary>
    public Rejection Rejection { get; private set; }

    /// <summary>What a response needs to know of it.</summary>
    public ContentState State => new(!IsAtEnd, _isContinueDue, _isChunked ? 0 : _remaining);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("Use HttpRequest.ContentLength.");

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>User code gets no more of it.</summary>
    /// <returns>False if a read is under way, by which the connection is lost.</returns>
    public bool CloseToUser() => _gate.Close();

    /// <summary>
    /// A response begins. From now on no read sends 100 (Continue): it would come too late, and into the middle of what the loop
    /// sends.
    /// </summary>
    /// <returns>False if a read of user code is under way, by which the connection is lost.</returns>
    public bool TryBeginResponse()
    {
        if (!_gate.TryEnter()) return false;
        _isFinal = true;
        _gate.Leave();
        return true;
    }

    /// <summary>Tells a client that waits for it to send its content: RFC 9110 §10.1.1.</summary>
    public ValueTask SendContinueAsync()
    {
        _isContinueDue = false;
        _channel.Sender.Pending.Append("HTTP/1.1 100 Continue\r\n\r\n"u8);
        return _channel.Sender.FlushAsync();
    }

    /// <summary>
    /// Receives and drops what the handler has left, within <see cref="PwbServerLimits.MaxDrainedContentLength"/> and
    /// <see cref="PwbServerLimits.DrainTimeout"/>.
    /// </summary>
    /// <returns>
    /// Why it is refused; None if all of it was good and has been taken; null if it was too much or too slow to know.
    /// </returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Rejection?> DrainAsync()
    {
        long left = _limits.MaxDrainedContentLength;
        long dueAt = _channel.Clock.After(_limits.DrainTimeout);
        if (State.KnownLeft > left) return null;

        while (true)
        {
            bool isOver = Discard(out long count);
            left -= count;
            if (left < 0) return null;
            if (isOver) return Rejection;
            if (_isContinueDue) return null; // the client was never told to send it, and need not

            await _channel.Sender.FlushAsync().ConfigureAwait(false);
            Memory<byte> space = _channel.Receiver.Received.GetFreeSpace();
            int received = await _channel.Receiver.ReceiveAsync(space, Wait.Drain, dueAt, _channel.Aborted).ConfigureAwait(false);
            if (received < 0) return null; // too slow

            _channel.Receiver.Received.Received(received);
            if (received == 0) Rejection = Rejection.IncompleteRequest;
        }
    }

    /// <summary>Drops content that has arrived.</summary>
    /// <param name="count">How many bytes of content were dropped.</param>
    /// <returns>Whether this was the end, or the content is refused; if not, more has to arrive.</returns>
    private bool Discard(out long count)
    {
        Taking taking;
        count = 0;
        while ((taking = Take(default, int.MaxValue, out int dropped)) == Taking.Taken) count += dropped;
        return taking != Taking.NeedMoreData;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_gate.TryEnter())
        {
            ObjectDisposedException.ThrowIf(_gate.IsClosed, this);
            throw new InvalidOperationException("The content is being read already: await each read before the next.");
        }

        bool isWaiting = false;
        try
        {
            Taking taking = Take(buffer.Span, buffer.Length, out int count);
            if (taking == Taking.Failed) return ValueTask.FromException<int>(new RequestRejectedException(Rejection));
            if (taking != Taking.NeedMoreData) return new ValueTask<int>(count);

            // A read of nothing waits for something, as everywhere in .NET.
            if (buffer.IsEmpty && _channel.Receiver.Received.UnreadLength > 0) return new ValueTask<int>(0);

            isWaiting = true;
            return ReceiveForUserAsync(buffer, cancellationToken);
        }
        finally
        {
            if (!isWaiting) _gate.Leave();
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Reading without async blocks the handler's own thread and nobody else's.
#pragma warning disable VSTHRD002 // a synchronous read has no other way to wait
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // Not pooled: user code that awaits its task twice would put a pooled one back twice, and others would share it.
    private async ValueTask<int> ReceiveForUserAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        CancellationTokenSource? both = null;
        try
        {
            if (cancellationToken.CanBeCanceled && cancellationToken != _requestToken)
                both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _channel.Aborted);
            if (_isContinueDue && !_isFinal) await SendContinueAsync().ConfigureAwait(false);
            return await ReceiveAsync(destination, both?.Token ?? _channel.Aborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && cancellationToken != _requestToken)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            both?.Dispose();
            _gate.Leave();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(Memory<byte> destination, CancellationToken token)
    {
        while (true)
        {
            Memory<byte> direct = DirectPart(destination);
            int received = await ReceiveOrRejectAsync(direct.IsEmpty ? _channel.Receiver.Received.GetFreeSpace() : direct, token)
                .ConfigureAwait(false);
            ObjectDisposedException.ThrowIf(_gate.IsClosed, this); // the request ended meanwhile, and with it the connection
            if (!direct.IsEmpty)
            {
                Took(received);
                return received;
            }

            _channel.Receiver.Received.Received(received);
            if (destination.IsEmpty) return 0;

            Taking taking = Take(destination.Span, destination.Length, out int count);
            if (taking == Taking.Failed) throw new RequestRejectedException(Rejection);
            if (taking != Taking.NeedMoreData) return count;
        }
    }

    /// <summary>Receives content, or framing of it: <see cref="PwbServerLimits.MinContentRate"/> applies.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveOrRejectAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        long start = _channel.Clock.Now;
        int received = await _channel.Receiver.ReceiveAsync(destination, Wait.Content, DueAt(), cancellationToken)
            .ConfigureAwait(false);
        if (received > 0)
        {
            _waited += _channel.Clock.Now - start;
            _received += received;
            return received;
        }

        Rejection = received < 0 ? Rejection.ContentTimeout : Rejection.IncompleteRequest;
        throw new RequestRejectedException(Rejection);
    }

    private long DueAt()
    {
        long dueAt = _channel.Clock.After(_limits.ContentTimeout);
        if (_limits.MinContentRate == 0) return dueAt;

        // Kestrel's rule: slow is whoever has taken longer than the bytes so far excuse, once the grace is used up.
        long excused = _received * 1000 / _limits.MinContentRate;
        return Math.Min(dueAt, _channel.Clock.After(_limits.ContentRateGracePeriod) + excused - _waited);
    }

    // Where the next bytes are content for certain and none of them has arrived, they can go to the reader without a copy.
    private Memory<byte> DirectPart(Memory<byte> destination)
    {
        long expected = _isChunked ? _chunked.Remaining : _remaining;
        bool isInData = !_isChunked || _chunked.IsInData;
        return isInData && _channel.Receiver.Received.UnreadLength == 0
            ? destination[..(int)Math.Min(destination.Length, expected)]
            : default;
    }

    private Taking Take(Span<byte> destination, int maxCount, out int count)
    {
        count = 0;
        if (Rejection != Rejection.None) return Taking.Failed;
        if (IsAtEnd) return Taking.AtEnd;

        ReadOnlySpan<byte> unread = _channel.Receiver.Received.Unread;
        if (!unread.IsEmpty) _isContinueDue = false; // the client has not waited to be told

        long expected = _remaining;
        if (_isChunked)
        {
            ChunkedStatus status = _chunked.Read(unread, out int framing);
            _channel.Receiver.Received.Consume(framing);
            if (status == ChunkedStatus.Invalid) return Fail(_chunked.Rejection);
            if (_channel.Receiver.IsWasted(framing)) return Fail(Rejection.TooMuchFraming);
            if (status == ChunkedStatus.NeedMoreData) return Taking.NeedMoreData;
            if (status == ChunkedStatus.Trailers) return TakeTrailers();

            unread = unread[framing..];
            expected = _chunked.Remaining;
        }

        count = (int)Math.Min(Math.Min(unread.Length, maxCount), expected);
        if (count == 0) return Taking.NeedMoreData;

        if (!destination.IsEmpty) unread[..count].CopyTo(destination);
        _channel.Receiver.Received.Consume(count);
        Took(count);
        return Taking.Taken;
    }

    private void Took(int count)
    {
        _channel.Receiver.CountUsed(count);
        if (_isChunked) _chunked.Take(count);
        else IsAtEnd = (_remaining -= count) == 0;
    }

    private Taking TakeTrailers()
    {
        ReadOnlySpan<byte> section = _channel.Receiver.Received.Unread;
        while (!_trailers.IsAtEnd)
        {
            OperationStatus status = _trailers.ParseLine(section, out Rejection rejection);
            if (status == OperationStatus.NeedMoreData) return Taking.NeedMoreData;
            if (status == OperationStatus.InvalidData)
            {
                bool isTooLarge = rejection is Rejection.HeaderSectionTooLarge or Rejection.TooManyFieldLines;
                return Fail(isTooLarge ? Rejection.TrailerSectionTooLarge : rejection);
            }

            if (!_trailers.IsAtEnd) (_trailerFields ??= new HttpFields()).Add(_trailers.Name, _trailers.Value);
        }

        // Shown only now that they are whole, and in bytes of their own, since the buffer goes on.
        if (_trailerFields is not null)
        {
            _trailerFields.SetBytes(section[.._trailers.Position].ToArray(), 0);
            _request.SetTrailers(_trailerFields);
        }

        _channel.Receiver.Received.Consume(_trailers.Position);
        if (_channel.Receiver.IsWasted(_trailers.Position)) return Fail(Rejection.TooMuchFraming);
        IsAtEnd = true;
        return Taking.AtEnd;
    }

    private Taking Fail(Rejection rejection)
    {
        Rejection = rejection;
        return Taking.Failed;
    }
}
