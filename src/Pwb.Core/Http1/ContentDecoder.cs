using System.Buffers;
using Pwb.Channels;
using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>
/// Finds the content of one request in the received bytes, by Content-Length or chunked coding. It never waits. A struct, so that
/// content costs one object.
/// </summary>
internal struct ContentDecoder(RequestHead head, PwbServerLimits limits)
{
    private readonly bool _isChunked = head.IsChunked;
    private ChunkedDecoder _chunked = new(limits);
    private FieldSectionParser _trailerLines = new(limits.MaxTrailerSectionLength, limits.MaxTrailerFieldLines, isTrailers: true);
    private HttpFields? _trailers;
    private long _remaining = head.ContentLength;

    /// <summary>The greatest length of the content.</summary>
    public long MaxContentLength
    {
        readonly get => _chunked.MaxContentLength;
        set => _chunked.MaxContentLength = value;
    }

    /// <summary>Whether all of the content has been taken.</summary>
    public bool IsAtEnd { readonly get; private set; }

    /// <summary>The reason to refuse the content, or None.</summary>
    public Rejection Rejection { readonly get; private set; }

    /// <summary>The trailer section; null before it is complete, and without one.</summary>
    public readonly HttpFields? Trailers => IsAtEnd ? _trailers : null;

    /// <summary>The number of bytes that are certainly left.</summary>
    public readonly long KnownLeft => _isChunked ? 0 : _remaining;

    /// <summary>The number of next bytes that are certainly content.</summary>
    public readonly long NextLength => !_isChunked ? _remaining : _chunked.IsInData ? _chunked.Remaining : 0;

    /// <summary>Takes received content.</summary>
    /// <param name="receiver">The received bytes; it also counts useful and wasted ones.</param>
    /// <param name="destination">Gets the content. If it is empty, the content is dropped.</param>
    /// <param name="maxCount">The greatest number of bytes to take.</param>
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

    /// <summary>Drops received content.</summary>
    /// <param name="receiver">The received bytes; it also counts useful and wasted ones.</param>
    /// <param name="count">The number of bytes of content that were dropped.</param>
    /// <returns>True at the end of the content and after a refusal; false if more bytes have to arrive.</returns>
    public bool Discard(ChannelReceiver receiver, out long count)
    {
        Taking taking;
        count = 0;
        while ((taking = Take(receiver, default, int.MaxValue, out int dropped)) == Taking.Taken) count += dropped;
        return taking != Taking.NeedMoreData;
    }

    /// <summary>Counts content that went straight to its reader. See <see cref="NextLength"/>.</summary>
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

        // In an array of their own, since the buffer is used again.
        _trailers?.SetBytes(section[.._trailerLines.Position].ToArray(), 0);
        receiver.Received.Consume(_trailerLines.Position);
        if (receiver.IsWasted(_trailerLines.Position)) return Fail(Rejection.TooMuchFraming);
        IsAtEnd = true;
        return Taking.AtEnd;
    }
}
