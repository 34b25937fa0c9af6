using System.Buffers;
using System.Runtime.CompilerServices;
using Pwb.Protocol;

namespace Pwb.Connections;

/// <summary>The content of one request, by Content-Length or chunked. It comes from what has arrived with the head first, then straight from the connection.</summary>
internal sealed class RequestBodyStream : Stream
{
    private readonly HttpConnection _connection;
    private readonly HttpExchange _exchange;
    private readonly ConnectionContext _context;
    private readonly ConnectionInput _input;
    private readonly HttpRequest _request;
    private readonly bool _isChunked;
    private ChunkedDecoder _chunked;
    private FieldSectionParser _trailers;
    private HttpFields? _trailerFields;
    private long _remaining;
    private bool _isClosed;

    public RequestBodyStream(HttpConnection connection, HttpExchange exchange, ConnectionContext context)
    {
        PwbServerLimits limits = context.Limits;
        _connection = connection;
        _exchange = exchange;
        _context = context;
        _input = connection.Input;
        _request = exchange.Request;
        _isChunked = exchange.Head.IsChunked;
        _remaining = exchange.Head.ContentLength;
        _chunked = new ChunkedDecoder(limits);
        _trailers = new FieldSectionParser(limits.MaxTrailerSectionLength, limits.MaxTrailerFieldLines);
        _input.BeginContent();
    }

    private enum Outcome
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

    /// <summary>Whether it is certain that more is left than <paramref name="limit"/>.</summary>
    public bool HasMoreThan(long limit) => !_isChunked && _remaining > limit;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("Use HttpRequest.ContentLength.");

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The request is over: whoever kept the stream gets an exception, not another request's content.</summary>
    public void EndRequest() => _isClosed = true;

    /// <summary>Receives and drops what the handler has left, within <see cref="PwbServerLimits.MaxDrainedContentLength"/> and <see cref="PwbServerLimits.DrainTimeout"/>.</summary>
    /// <returns>Why it is refused; None if all of it was good and has been taken; null if it was too much or too slow to know.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Rejection?> DrainAsync()
    {
        long left = _context.Limits.MaxDrainedContentLength;
        long dueAt = _context.Clock.After(_context.Limits.DrainTimeout);
        if (HasMoreThan(left)) return null;

        while (true)
        {
            bool isOver = Discard(out long count);
            left -= count;
            if (left < 0) return null;
            if (isOver) return Rejection;
            if (_exchange.IsContinueDue) return null; // the client was never told to send it, and need not

            await _connection.Output.FlushAsync().ConfigureAwait(false);
            int received;
            try
            {
                received = await _input.ReceiveAsync(_input.Buffer.GetFreeSpace(), Wait.Drain, dueAt, _connection.Aborted).ConfigureAwait(false);
            }
            catch (RequestRejectedException)
            {
                return null; // too slow
            }

            _input.Buffer.Received(received);
            if (received == 0) Rejection = Rejection.IncompleteRequest;
        }
    }

    /// <summary>Drops content that has arrived.</summary>
    /// <param name="count">How many bytes of content were dropped.</param>
    /// <returns>Whether this was the end, or the content is refused; if not, more has to arrive.</returns>
    private bool Discard(out long count)
    {
        Outcome outcome;
        count = 0;
        while ((outcome = Take(default, int.MaxValue, out int dropped)) == Outcome.Taken) count += dropped;
        return outcome != Outcome.NeedMoreData;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        Outcome outcome = Take(buffer.Span, buffer.Length, out int count);
        if (outcome == Outcome.Failed) return ValueTask.FromException<int>(new RequestRejectedException(Rejection));
        if (outcome != Outcome.NeedMoreData) return new ValueTask<int>(count);

        // A read of nothing waits for something, as everywhere in .NET.
        bool hasSomething = buffer.IsEmpty && _input.Buffer.UnreadLength > 0;
        return hasSomething ? new ValueTask<int>(0) : ReceiveAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Reading without async blocks the handler's own thread and nobody else's.
#pragma warning disable VSTHRD002 // a synchronous read has no other way to wait
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        using CancellationTokenSource? both = cancellationToken.CanBeCanceled && cancellationToken != _connection.Aborted
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _connection.Aborted)
            : null;
        CancellationToken token = both?.Token ?? _connection.Aborted;

        await _exchange.SendContinueAsync().ConfigureAwait(false);
        while (true)
        {
            Memory<byte> direct = DirectPart(destination);
            int received = await ReceiveOrRejectAsync(direct.IsEmpty ? _input.Buffer.GetFreeSpace() : direct, token).ConfigureAwait(false);
            if (!direct.IsEmpty)
            {
                Took(received);
                return received;
            }

            _input.Buffer.Received(received);
            if (destination.IsEmpty) return 0;

            Outcome outcome = Take(destination.Span, destination.Length, out int count);
            if (outcome == Outcome.Failed) throw new RequestRejectedException(Rejection);
            if (outcome != Outcome.NeedMoreData) return count;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveOrRejectAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        try
        {
            int received = await _input.ReceiveContentAsync(destination, cancellationToken).ConfigureAwait(false);
            if (received == 0) throw new RequestRejectedException(Rejection.IncompleteRequest);
            return received;
        }
        catch (RequestRejectedException rejected)
        {
            Rejection = rejected.Rejection;
            throw;
        }
    }

    // Where the next bytes are content for certain and none of them has arrived, they can go to the reader without a copy.
    private Memory<byte> DirectPart(Memory<byte> destination)
    {
        long expected = _isChunked ? _chunked.Remaining : _remaining;
        bool isInData = !_isChunked || _chunked.IsInData;
        return isInData && _input.Buffer.UnreadLength == 0 ? destination[..(int)Math.Min(destination.Length, expected)] : default;
    }

    private Outcome Take(Span<byte> destination, int maxCount, out int count)
    {
        count = 0;
        if (Rejection != Rejection.None) return Outcome.Failed;
        if (IsAtEnd) return Outcome.AtEnd;

        ReadOnlySpan<byte> unread = _input.Buffer.Unread;
        if (!unread.IsEmpty) _exchange.ContentHasArrived();

        long expected = _remaining;
        if (_isChunked)
        {
            ChunkedStatus status = _chunked.Read(unread, out int framing);
            _input.Buffer.Consume(framing);
            if (status == ChunkedStatus.Invalid) return Fail(_chunked.Rejection);
            if (status == ChunkedStatus.NeedMoreData) return Outcome.NeedMoreData;
            if (status == ChunkedStatus.Trailers) return TakeTrailers();

            unread = unread[framing..];
            expected = _chunked.Remaining;
        }

        count = (int)Math.Min(Math.Min(unread.Length, maxCount), expected);
        if (count == 0) return Outcome.NeedMoreData;

        if (!destination.IsEmpty) unread[..count].CopyTo(destination);
        _input.Buffer.Consume(count);
        Took(count);
        return Outcome.Taken;
    }

    private void Took(int count)
    {
        if (_isChunked) _chunked.Take(count);
        else IsAtEnd = (_remaining -= count) == 0;
    }

    private Outcome TakeTrailers()
    {
        ReadOnlySpan<byte> section = _input.Buffer.Unread;
        while (!_trailers.IsAtEnd)
        {
            OperationStatus status = _trailers.ParseLine(section, out Rejection rejection);
            if (status == OperationStatus.NeedMoreData) return Outcome.NeedMoreData;
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
            _request.Trailers = _trailerFields;
        }

        _input.Buffer.Consume(_trailers.Position);
        IsAtEnd = true;
        return Outcome.AtEnd;
    }

    private Outcome Fail(Rejection rejection)
    {
        Rejection = rejection;
        return Outcome.Failed;
    }
}
