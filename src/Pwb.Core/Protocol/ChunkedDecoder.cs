namespace Pwb.Protocol;

/// <summary>The state of a <see cref="ChunkedDecoder"/>.</summary>
internal enum ChunkedStatus
{
    /// <summary>The input is used up.</summary>
    NeedMoreData,

    /// <summary>The next <see cref="ChunkedDecoder.Remaining"/> bytes are content.</summary>
    Data,

    /// <summary>The last chunk has been read; the trailer section follows.</summary>
    Trailers,

    /// <summary>The coding is broken: <see cref="ChunkedDecoder.Rejection"/> says how.</summary>
    Invalid,
}

/// <summary>
/// Decodes the chunked transfer coding up to the trailer section: RFC 9112 §7.1. It looks at framing only, a byte at a time, and
/// leaves the data to its caller; so nothing needs to be kept from one input to the next.
/// </summary>
internal struct ChunkedDecoder(PwbServerLimits limits)
{
    private readonly int _maxLineLength = limits.MaxChunkLineLength;
    private readonly int _maxExtensionsLength = limits.MaxChunkExtensionsLength;
    private State _state;
    private bool _hasDigit;
    private int _lineLength;
    private int _extensionsLength;
    private long _total;

    private enum State
    {
        Size,
        BeforeSemicolon,
        BeforeName,
        Name,
        AfterName,
        BeforeValue,
        Value,
        QuotedValue,
        QuotedPair,
        AfterQuotedValue,
        LineFeed,
        Data,
        DataCarriageReturn,
        DataLineFeed,
        Trailers,
    }

    /// <summary>The greatest length of the content.</summary>
    public long MaxContentLength { get; set; } = limits.MaxContentLength;

    /// <summary>The number of bytes of the current chunk's data that are still to come.</summary>
    public long Remaining { get; private set; }

    /// <summary>Whether the next byte is content.</summary>
    public readonly bool IsInData => _state == State.Data;

    public Rejection Rejection { get; private set; }

    /// <summary>Tells the decoder that bytes of content were taken.</summary>
    public void Take(long count)
    {
        Remaining -= count;
        if (Remaining == 0) _state = State.DataCarriageReturn;
    }

    /// <summary>Reads framing until there is content, the end, or no more input.</summary>
    /// <param name="input">The bytes behind those that were consumed or taken.</param>
    /// <param name="consumed">The number of framing bytes.</param>
    public ChunkedStatus Read(ReadOnlySpan<byte> input, out int consumed)
    {
        for (consumed = 0; consumed < input.Length; consumed++)
        {
            if (_state == State.Data) return ChunkedStatus.Data;
            if (_state == State.Trailers) return ChunkedStatus.Trailers;

            Rejection = Step(input[consumed]);
            if (Rejection != Rejection.None) return ChunkedStatus.Invalid;
        }

        return _state switch
        {
            State.Data => ChunkedStatus.Data,
            State.Trailers => ChunkedStatus.Trailers,
            _ => ChunkedStatus.NeedMoreData,
        };
    }

    private Rejection Step(byte value)
    {
        if (_state < State.LineFeed && value != '\r' && !CountLine(value)) return Rejection.ChunkLineTooLong;

        switch (_state)
        {
            case State.Size: return StepSize(value);
            case State.LineFeed: return value == '\n' ? EndLine() : Rejection.BadLineEnd;
            case State.DataCarriageReturn: return Expect(value == '\r', State.DataLineFeed, Rejection.BadChunkData);
            case State.DataLineFeed: return Expect(value == '\n', State.Size, Rejection.BadChunkData);
            default:
                return StepExtension(value) ? Rejection.None
                    : value is (byte)'\r' or (byte)'\n' ? Rejection.BadLineEnd
                    : Rejection.BadChunkExtension;
        }
    }

    // Everything between the size and the CRLF counts as extension.
    private bool CountLine(byte value)
    {
        if (_state > State.Size || Grammar.HexValue(value) < 0) _extensionsLength++;
        return ++_lineLength <= _maxLineLength && _extensionsLength <= _maxExtensionsLength;
    }

    private Rejection StepSize(byte value)
    {
        int digit = Grammar.HexValue(value);
        if (digit >= 0)
        {
            if (Remaining > long.MaxValue >> 4) return Rejection.BadChunkSize;
            Remaining = (Remaining << 4) | (uint)digit;
            _hasDigit = true;
            return Rejection.None;
        }

        if (!_hasDigit) return value is (byte)'\r' or (byte)'\n' ? Rejection.BadLineEnd : Rejection.BadChunkSize;
        if (value == '\n') return Rejection.BadLineEnd;
        if (value is not ((byte)'\r' or (byte)';') && !Grammar.IsWhiteSpace(value)) return Rejection.BadChunkSize;

        _state = value == '\r' ? State.LineFeed : value == ';' ? State.BeforeName : State.BeforeSemicolon;
        return Rejection.None;
    }

    // chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ), RFC 9112 §7.1.1.
    private bool StepExtension(byte value)
    {
        bool isBlank = Grammar.IsWhiteSpace(value);
        bool isToken = Grammar.TokenBytes.Contains(value);
        State? next = _state switch
        {
            State.BeforeSemicolon => isBlank ? State.BeforeSemicolon : value == ';' ? State.BeforeName : null,
            State.BeforeName => isBlank ? State.BeforeName : isToken ? State.Name : null,
            State.Name => isToken ? State.Name : value == '=' ? State.BeforeValue : isBlank ? State.AfterName : AfterItem(value),
            State.AfterName =>
                isBlank ? State.AfterName : value == '=' ? State.BeforeValue : value == ';' ? State.BeforeName : null,
            State.BeforeValue => isBlank ? State.BeforeValue : value == '"' ? State.QuotedValue : isToken ? State.Value : null,
            State.Value => isToken ? State.Value : isBlank ? State.BeforeSemicolon : AfterItem(value),
            State.QuotedValue =>
                value == '"' ? State.AfterQuotedValue
                    : value == '\\' ? State.QuotedPair
                    : Grammar.IsQuotedText(value) ? State.QuotedValue
                    : null,
            State.QuotedPair => Grammar.IsQuotedPair(value) ? State.QuotedValue : null,
            _ => isBlank ? State.BeforeSemicolon : AfterItem(value),
        };

        if (next is null) return false;
        _state = next.Value;
        return true;
    }

    private static State? AfterItem(byte value) => value == '\r' ? State.LineFeed : value == ';' ? State.BeforeName : null;

    private Rejection EndLine()
    {
        if (Remaining > MaxContentLength - _total) return Rejection.ContentTooLarge;

        _total += Remaining;
        _lineLength = 0;
        _hasDigit = false;
        _state = Remaining == 0 ? State.Trailers : State.Data;
        return Rejection.None;
    }

    private Rejection Expect(bool isExpected, State next, Rejection otherwise)
    {
        if (!isExpected) return otherwise;
        _state = next;
        return Rejection.None;
    }
}
