using System.Runtime.CompilerServices;
using Pwb.Channels;
using Pwb.Model;
using Pwb.Protocol;
using Pwb.Threads;
using Pwb.Time;

namespace Pwb.Http1;

/// <summary>
/// The content of one request, by Content-Length or chunked coding. Content that arrived with the head comes first, then content
/// straight from the channel. The stream also knows whether the client waits for 100 (Continue). User code holds it, so every
/// read passes its gate: a concurrent read, or one after the end, throws before it touches anything.
/// </summary>
internal sealed class RequestContent : ForwardStream
{
    private readonly Channel _channel;
    private readonly ChannelReceiver _receiver;
    private readonly HttpRequest _request;
    private readonly PwbServerLimits _limits;
    private readonly CancellationToken _requestToken;
    private ContentDecoder _decoder;
    private Gate _gate;
    private long _received;
    private long _waited;
    private bool _isContinueDue;
    private bool _isFinal;

    /// <param name="channel">The connection.</param>
    /// <param name="request">The request, which receives the trailers.</param>
    /// <param name="limits">The greatest length and the least rate of content.</param>
    /// <param name="requestToken">The request's token. It ends no read; the channel's own token does.</param>
    public RequestContent(Channel channel, HttpRequest request, PwbServerLimits limits, CancellationToken requestToken)
    {
        _channel = channel;
        _receiver = channel.Receiver;
        _request = request;
        _limits = limits;
        _requestToken = requestToken;
        _decoder = new ContentDecoder(request.Head, limits);
        _isContinueDue = request.Head.ExpectsContinue;
    }

    /// <summary>The greatest length of the content.</summary>
    public long MaxContentLength
    {
        get => _decoder.MaxContentLength;
        set => _decoder.MaxContentLength = value;
    }

    /// <summary>Whether all of the content has been taken.</summary>
    public bool IsAtEnd => _decoder.IsAtEnd;

    /// <summary>The reason to refuse the content, or None.</summary>
    public Rejection Rejection => _decoder.Rejection;

    /// <summary>The state of the content, for the response.</summary>
    public ContentState State => new(!IsAtEnd, _isContinueDue, _decoder.KnownLeft);

    public override bool CanRead => true;

    public override long Length => throw new NotSupportedException("Use HttpRequest.ContentLength.");

    /// <summary>Closes the content to user code.</summary>
    /// <returns>False if a read is under way. The connection is then lost.</returns>
    public bool CloseToUser() => _gate.Close();

    /// <summary>
    /// Begins the response. From now on no read sends 100 (Continue), which would come too late and into the middle of the
    /// response.
    /// </summary>
    /// <returns>False if user code is reading. The connection is then lost.</returns>
    public bool TryBeginResponse()
    {
        if (!_gate.TryEnter()) return false;
        _isFinal = true;
        _gate.Leave();
        return true;
    }

    /// <summary>Sends 100 (Continue) to a client that waits for it: RFC 9110 §10.1.1.</summary>
    public ValueTask SendContinueAsync()
    {
        _isContinueDue = false;
        _channel.Sender.Pending.Append("HTTP/1.1 100 Continue\r\n\r\n"u8);
        return _channel.Sender.FlushAsync();
    }

    /// <summary>
    /// Receives and drops the content that the handler has left, within <see cref="PwbServerLimits.MaxDrainedContentLength"/> and
    /// <see cref="PwbServerLimits.DrainTimeout"/>.
    /// </summary>
    /// <returns>
    /// The reason to refuse the content; None if all of it was valid and has been taken; null if it was too much or too slow to
    /// decide.
    /// </returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Rejection?> DrainAsync()
    {
        long left = _limits.MaxDrainedContentLength;
        long dueAt = _channel.Clock.After(_limits.DrainTimeout);
        if (State.KnownLeft > left) return null;

        while (true)
        {
            NoteArrival();
            bool isOver = _decoder.Discard(_receiver, out long count);
            ShowTrailers();
            left -= count;
            if (left < 0) return null;
            if (isOver) return Rejection;
            if (_isContinueDue) return null; // the client was never told to send its content

            await _channel.Sender.FlushAsync().ConfigureAwait(false);
            Memory<byte> space = _receiver.Received.GetFreeSpace();
            int received = await _receiver.ReceiveAsync(space, Wait.Drain, dueAt, _channel.Aborted).ConfigureAwait(false);
            if (received < 0) return null; // too slow

            _receiver.Received.Received(received);
            if (received == 0) _decoder.Fail(Rejection.IncompleteRequest);
        }
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

            // A read of no bytes waits until there are some, as everywhere in .NET.
            if (buffer.IsEmpty && _receiver.Received.UnreadLength > 0) return new ValueTask<int>(0);

            isWaiting = true;
            return ReceiveForUserAsync(buffer, cancellationToken);
        }
        finally
        {
            if (!isWaiting) _gate.Leave();
        }
    }

    // Not pooled: user code that awaits its task twice would return a pooled one twice, and others would share it.
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
            int received = await ReceiveOrRejectAsync(direct.IsEmpty ? _receiver.Received.GetFreeSpace() : direct, token)
                .ConfigureAwait(false);
            ObjectDisposedException.ThrowIf(_gate.IsClosed, this); // the request has ended meanwhile, and the connection with it
            if (!direct.IsEmpty)
            {
                _decoder.Took(_receiver, received);
                return received;
            }

            _receiver.Received.Received(received);
            if (destination.IsEmpty) return 0;

            Taking taking = Take(destination.Span, destination.Length, out int count);
            if (taking == Taking.Failed) throw new RequestRejectedException(Rejection);
            if (taking != Taking.NeedMoreData) return count;
        }
    }

    /// <summary>Receives content or its framing, within <see cref="PwbServerLimits.MinContentRate"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveOrRejectAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        long start = _channel.Clock.Now;
        int received = await _receiver.ReceiveAsync(destination, Wait.Content, DueAt(), cancellationToken).ConfigureAwait(false);
        if (received > 0)
        {
            _waited += _channel.Clock.Now - start;
            _received += received;
            return received;
        }

        _decoder.Fail(received < 0 ? Rejection.ContentTimeout : Rejection.IncompleteRequest);
        throw new RequestRejectedException(Rejection);
    }

    private long DueAt()
    {
        long dueAt = _channel.Clock.After(_limits.ContentTimeout);
        if (_limits.MinContentRate == 0) return dueAt;

        // Kestrel's rule: a client is too slow if it has taken longer than its bytes so far excuse, once the grace period is used
        // up.
        long excused = _received * 1000 / _limits.MinContentRate;
        return Math.Min(dueAt, _channel.Clock.After(_limits.ContentRateGracePeriod) + excused - _waited);
    }

    // If the next bytes are certainly content, and none has arrived, they go to the reader without a copy.
    private Memory<byte> DirectPart(Memory<byte> destination) =>
        _receiver.Received.UnreadLength == 0
            ? destination[..(int)Math.Min(destination.Length, _decoder.NextLength)]
            : default;

    private Taking Take(Span<byte> destination, int maxCount, out int count)
    {
        NoteArrival();
        Taking taking = _decoder.Take(_receiver, destination, maxCount, out count);
        if (taking == Taking.AtEnd) ShowTrailers();
        return taking;
    }

    // A client whose content is here does not wait for 100.
    private void NoteArrival()
    {
        if (_receiver.Received.UnreadLength > 0 && !IsAtEnd && Rejection == Rejection.None) _isContinueDue = false;
    }

    // Only complete trailers are shown.
    private void ShowTrailers()
    {
        if (_decoder.Trailers is { } trailers) _request.SetTrailers(trailers);
    }
}
