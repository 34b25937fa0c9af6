using System.Buffers;
using Pwb.Channels;
using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>
/// Finds the content of one request among the bytes that have arrived, by Content-Length or chunked. It waits for nothing. Part
/// of its content: a struct, so that content costs one object.
/// </summary>
internal struct ContentDecoder(RequestHead head, PwbServerLimits limits)
{
    private readonly bool _isChunked = head.IsChunked;
    private ChunkedDecoder _chunked = new(limits);
    private FieldSectionParser _trailerLines = new(limits.MaxTrailerSectionLength, limits.MaxTrailerFieldLines, isTrailers: true);
    private HttpFields? _trailers;
    private long _remaining = head.ContentLength;

    /// <summary>How much content there may be.</summary>
    public long MaxContentLength
    {
        readonly get => _chunked.MaxContentLength;
        set => _chunked.MaxContentLength = value;
    }

    /// <summary>Whether all of the content has been taken.</summary>
    public bool IsAtEnd { readonly get; private set; }

    /// <summary>Why the content is refused, if it is.</summary>
    public Rejection Rejection { readonly get; private set; }

    /// <summary>The trailer section, if there was one and it is whole.</summary>
    public readonly HttpFields? Trailers => IsAtEnd ? _trailers : null;

    /// <summary>The number of bytes that are left for certain.</summary>
    public readonly long KnownLeft => _isChunked ? 0 : _remaining;

    /// <summary>How many of the bytes that come next are content for certain.</summary>
    public readonly long NextLength => !_isChunked ? _remaining : _chunked.IsInData ? _chunked.Remaining : 0;

    /// <summary>Takes content that has arrived.</summary>
    /// <param name="receiver">Has what has arrived, and counts what of it is of use.</param>
    /// <param name="destination">Gets the content; it is dropped if this is empty.</param>
    /// <param name="maxCount">The most to take.</param>
    /// <param name="count">The number of bytes taken.</param>
    public Taking Take(ChannelReceiver receiver, Span<byte> destination, int maxCount, out int count)
    {
        count = 0;
        if (Rejection != Rejection.None) return Taking.Failed;
        if (IsAtEnd) return Taking.AtEnd;

        ReadOnlySpan<byte> unread = receiver.Received.Unread;
        long expected = _remaining;
        if (_isChunked)
        {
            ChunkedStatus status = _chunked.Read(unread, out int framing);
            receiver.Received.Consume(framing);
            if (status == ChunkedStatus.Invalid) return Fail(_chunked.Rejection);
            if (receiver.IsWasted(framing)) return Fail(Rejection.TooMuchFraming);
            if (status == ChunkedStatus.NeedMoreData) return Taking.NeedMoreData;
            if (status == ChunkedStatus.Trailers) return TakeTrailers(receiver);

            unread = unread[framing..];
            expected = _chunked.Remaining;
        }

        count = (int)Math.Min(Math.Min(unread.Length, maxCount), expected);
        if (count == 0) return Taking.NeedMoreData;

        if (!destination.IsEmpty) unread[..count].CopyTo(destination);
        receiver.Received.Consume(count);
        Took(receiver, count);
        return Taking.Taken;
    }

    /// <summary>Drops content that has arrived.</summary>
    /// <param name="receiver">Has what has arrived, and counts what of it is of use.</param>
    /// <param name="count">The number of bytes of content that were dropped.</param>
    /// <returns>Whether this was the end, or the content is refused; if not, more has to arrive.</returns>
    public bool Discard(ChannelReceiver receiver, out long count)
    {
        Taking taking;
        count = 0;
        while ((taking = Take(receiver, default, int.MaxValue, out int dropped)) == Taking.Taken) count += dropped;
        return taking != Taking.NeedMoreData;
    }

    /// <summary>Content went to its reader without having been here. See <see cref="NextLength"/>.</summary>
    public void Took(ChannelReceiver receiver, int count)
    {
        receiver.CountUsed(count);
        if (_isChunked) _chunked.Take(count);
        else IsAtEnd = (_remaining -= count) == 0;
    }

    /// <summary>Refuses the content.</summary>
    public Taking Fail(Rejection rejection)
    {
        Rejection = rejection;
        return Taking.Failed;
    }

    private Taking TakeTrailers(ChannelReceiver receiver)
    {
        ReadOnlySpan<byte> section = receiver.Received.Unread;
        while (!_trailerLines.IsAtEnd)
        {
            OperationStatus status = _trailerLines.ParseLine(section, out Rejection rejection);
            if (status == OperationStatus.NeedMoreData) return Taking.NeedMoreData;
            if (status == OperationStatus.InvalidData)
            {
                bool isTooLarge = rejection is Rejection.HeaderSectionTooLarge or Rejection.TooManyFieldLines;
                return Fail(isTooLarge ? Rejection.TrailerSectionTooLarge : rejection);
            }

            if (!_trailerLines.IsAtEnd) (_trailers ??= new HttpFields()).Add(_trailerLines.Name, _trailerLines.Value);
        }

        // In bytes of their own, since the buffer goes on.
        _trailers?.SetBytes(section[.._trailerLines.Position].ToArray(), 0);
        receiver.Received.Consume(_trailerLines.Position);
        if (receiver.IsWasted(_trailerLines.Position)) return Fail(Rejection.TooMuchFraming);
        IsAtEnd = true;
        return Taking.AtEnd;
    }
}
