using System.Buffers;
using Pwb.Protocol;
using Pwb.Threads;

namespace Pwb.Forms;

/// <summary>
/// The content of a form as a row of heads and bodies, whatever pieces it comes in: RFC 2046 §5.1. Strict where it matters to
/// where a part ends: lines end in CRLF, and what begins like a boundary is one or an error. One buffer holds a head, or a piece
/// of a body.
/// </summary>
internal sealed class MultipartSource
{
    private const int MinBufferLength = 16 * 1024;
    private const int MaxHeaderLines = 32;

    private readonly Stream _content;
    private readonly FormLimits _limits;
    private readonly byte[] _delimiter; // CRLF "--" boundary
    private readonly byte[] _buffer;
    private int _start;
    private int _end;
    private int _bodyEnd; // what lies before it is known to be of a body
    private Place _place = Place.LineStart;
    private Gate _gate;

    public MultipartSource(Stream content, ReadOnlySpan<byte> boundary, FormLimits limits)
    {
        _content = content;
        _limits = limits;
        _delimiter = [.. "\r\n--"u8, .. boundary];
        _buffer = new byte[Math.Max(MinBufferLength, limits.MaxPartHeaderLength + MinBufferLength)];

        // The content may begin with the first boundary.
        "\r\n"u8.CopyTo(_buffer);
        _end = 2;
    }

    private enum Place
    {
        /// <summary>At a CRLF that may belong to the next boundary: RFC 2046 lets a part without content end so.</summary>
        LineStart,
        Body,
        BehindDelimiter,
        AtEnd,
    }

    /// <summary>Counts the parts, so that the stream of an earlier one reads nothing of a later.</summary>
    public int Part { get; private set; }

    /// <summary>Reads of the body that it is at.</summary>
    /// <returns>0 at its end.</returns>
    /// <exception cref="InvalidOperationException">Another read is under way.</exception>
    public async ValueTask<int> ReadBodyAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            return await ReadOfBodyAsync(destination, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>Drops the rest of the current body, and reads the head behind it.</summary>
    /// <returns>Null at the end of the form.</returns>
    /// <exception cref="InvalidOperationException">Another read is under way.</exception>
    public async ValueTask<PartHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            return await ReadNextHeadAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Leave();
        }
    }

    private async ValueTask<int> ReadOfBodyAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        while (_place is Place.LineStart or Place.Body)
        {
            FindBody();
            int count = Math.Min(_bodyEnd - _start, destination.Length);
            if (count > 0)
            {
                _buffer.AsSpan(_start, count).CopyTo(destination.Span);
                _start += count;
                return count;
            }

            if (_place == Place.BehindDelimiter || (_bodyEnd > _start && destination.IsEmpty)) break;
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        return 0;
    }

    private async ValueTask<PartHead?> ReadNextHeadAsync(CancellationToken cancellationToken)
    {
        Part++;
        while (_place is Place.LineStart or Place.Body)
        {
            FindBody();
            bool isNothingLeft = _bodyEnd <= _start && _place != Place.BehindDelimiter;
            _start = Math.Max(_start, _bodyEnd);
            if (isNothingLeft) await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_place == Place.AtEnd || await IsLastAsync(cancellationToken).ConfigureAwait(false)) return null;
        if (Part > _limits.MaxParts) throw FormErrors.TooLarge("The form has too many parts.");

        FieldSectionParser lines = new(_limits.MaxPartHeaderLength, MaxHeaderLines);
        PartHead head = new();
        while (!lines.IsAtEnd)
        {
            OperationStatus status = lines.ParseLine(_buffer.AsSpan(_start, _end - _start), out Rejection rejection);
            if (status == OperationStatus.InvalidData) throw Refuse(rejection);
            if (status == OperationStatus.NeedMoreData) await FillAsync(cancellationToken).ConfigureAwait(false);
            else if (!lines.IsAtEnd) head.Add(lines.Name.Offset(_start).Of(_buffer), lines.Value.Offset(_start).Of(_buffer));
        }

        head.Check(_limits);
        _start += lines.Position - 2;
        _bodyEnd = _start;
        _place = Place.LineStart;
        return head;
    }

    private void Enter()
    {
        if (!_gate.TryEnter()) throw new InvalidOperationException("Another read of the form is under way.");
    }

    private static RequestRejectedException Refuse(Rejection rejection) =>
        rejection is Rejection.HeaderSectionTooLarge or Rejection.TooManyFieldLines
        ? FormErrors.TooLarge("The header lines of a part are too long or too many.")
        : FormErrors.Malformed($"The header lines of a part are malformed. {rejection.Sentence()}");

    /// <summary>Finds the end of the body in the received bytes; moves behind the delimiter if that is next.</summary>
    private void FindBody()
    {
        if (_bodyEnd > _start) return;

        ReadOnlySpan<byte> unread = _buffer.AsSpan(_start, _end - _start);
        if (_place == Place.LineStart)
        {
            int length = Math.Min(unread.Length, _delimiter.Length);
            bool mayBeDelimiter = unread[..length].SequenceEqual(_delimiter.AsSpan(0, length));
            if (mayBeDelimiter && length < _delimiter.Length) return;
            if (!mayBeDelimiter)
            {
                _start += 2;
                unread = unread[2..];
            }

            _place = Place.Body;
        }

        int at = unread.IndexOf(_delimiter);
        _bodyEnd = _start + (at >= 0 ? at : LengthBeforeDelimiter(unread));
        if (at != 0) return;

        _start += _delimiter.Length;
        _bodyEnd = _start;
        _place = Place.BehindDelimiter;
    }

    /// <summary>The length without bytes at the end that may be the beginning of a delimiter.</summary>
    private int LengthBeforeDelimiter(ReadOnlySpan<byte> unread)
    {
        for (int at = Math.Max(0, unread.Length - _delimiter.Length + 1); at < unread.Length; at++)
        {
            if (_delimiter.AsSpan().StartsWith(unread[at..])) return at;
        }

        return unread.Length;
    }

    /// <summary>Reads the rest of a boundary's line.</summary>
    /// <returns>Whether this is the last boundary. Bytes behind the last one are ignored.</returns>
    private async ValueTask<bool> IsLastAsync(CancellationToken cancellationToken)
    {
        bool isLast = await PeekAsync(cancellationToken).ConfigureAwait(false) == '-';
        if (isLast)
        {
            _start++;
            if (await PeekAsync(cancellationToken).ConfigureAwait(false) != '-') throw BadBoundaryLine();
            _start++;
        }

        int next;
        while ((next = await PeekAsync(cancellationToken).ConfigureAwait(false)) is ' ' or '\t') _start++; // transport padding
        if (isLast && next < 0)
        {
            _place = Place.AtEnd;
            return true;
        }

        if (next != '\r') throw BadBoundaryLine();
        _start++;
        if (await PeekAsync(cancellationToken).ConfigureAwait(false) != '\n') throw BadBoundaryLine();
        _start++;
        if (isLast) _place = Place.AtEnd;
        return isLast;
    }

    private static RequestRejectedException BadBoundaryLine() =>
        FormErrors.Malformed("A boundary of the form is followed by something else.");

    /// <returns>The next byte; -1 at the end of the content.</returns>
    private async ValueTask<int> PeekAsync(CancellationToken cancellationToken) =>
        _start < _end || await TryFillAsync(cancellationToken).ConfigureAwait(false) ? _buffer[_start] : -1;

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (!await TryFillAsync(cancellationToken).ConfigureAwait(false))
            throw FormErrors.Malformed("The form ends before its last boundary.");
    }

    private async ValueTask<bool> TryFillAsync(CancellationToken cancellationToken)
    {
        if (_end == _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _bodyEnd -= _start;
            _end -= _start;
            _start = 0;
        }

        int count = await _content.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += count;
        return count > 0;
    }
}
