using System.Buffers;
using System.Text;

namespace Pwb.Protocol;

/// <summary>
/// Parses the head of a request: RFC 9112 §2 to §6. Bytes in, a <see cref="RequestHead"/> and field lines out; no I/O, no
/// exceptions, no strings. It works strictly from left to right: whether and why a head is refused depends on its bytes up to
/// the first wrong one and never on how they were split. Complete lines are not parsed again when more bytes arrive. Part of its
/// engine: a struct, because each object that an idle connection has counts.
/// </summary>
internal struct RequestParser(PwbServerLimits limits, string[] additionalMethods)
{
    private readonly int _maxRequestLineLength = limits.MaxRequestLineLength;
    private FieldSectionParser _fieldLines = new(limits.MaxHeaderSectionLength, limits.MaxFieldLines);
    private BodyFraming _framing;
    private int _requestLineStart;
    private int _fieldsStart;
    private bool _hasTakenEmptyLine;
    private bool _hasHost;
    private bool _hasContentType;
    private bool _hasOtherExpectation;
    private bool _hasUpgradeToWebSocket;
    private bool _hasConnectionUpgrade;
    private bool _hasOtherWebSocketVersion;

    /// <summary>Why the head is refused, after <see cref="OperationStatus.InvalidData"/>.</summary>
    public Rejection Rejection { get; private set; }

    /// <summary>Whether nothing of a request line has been seen yet, at most an empty line.</summary>
    public bool IsBeforeRequest(int arrived) => _fieldsStart == 0 && arrived <= _requestLineStart;

    /// <summary>
    /// Takes the one empty line that may stand before a request, if nothing else has arrived: it need not be kept until there is
    /// more.
    /// </summary>
    /// <returns>Whether there is one: its two bytes are then used.</returns>
    public bool TakeEmptyLine(int arrived)
    {
        if (arrived == 0 || arrived != _requestLineStart || _fieldsStart != 0) return false;
        _requestLineStart = 0;
        _hasTakenEmptyLine = true;
        return true;
    }

    /// <summary>Prepares for the next request.</summary>
    public void Reset()
    {
        _fieldLines.Reset();
        _framing = default;
        _requestLineStart = 0;
        _fieldsStart = 0;
        _hasTakenEmptyLine = _hasHost = _hasContentType = _hasOtherExpectation = false;
        _hasUpgradeToWebSocket = _hasConnectionUpgrade = _hasOtherWebSocketVersion = false;
        Rejection = Rejection.None;
    }

    /// <summary>Parses as far as the bytes go.</summary>
    /// <param name="input">
    /// The received bytes, from the first byte behind the previous request. Later calls pass the same bytes and more.
    /// </param>
    /// <param name="head">Filled in as it is found; complete with <see cref="OperationStatus.Done"/>.</param>
    /// <param name="fields">Gets each field line.</param>
    public OperationStatus Parse(ReadOnlySpan<byte> input, RequestHead head, HttpFields fields)
    {
        if (_fieldsStart == 0)
        {
            OperationStatus status = ParseRequestLine(input, head);
            if (status != OperationStatus.Done) return status;
        }

        ReadOnlySpan<byte> section = input[_fieldsStart..];
        while (true)
        {
            OperationStatus status = _fieldLines.ParseLine(section, out Rejection rejection);
            if (status == OperationStatus.InvalidData) return Refuse(rejection);
            if (status == OperationStatus.NeedMoreData) return status;
            if (_fieldLines.IsAtEnd) break;

            Slice name = _fieldLines.Name;
            Slice value = _fieldLines.Value;
            fields.Add(name.Offset(_fieldsStart), value.Offset(_fieldsStart));
            rejection = CheckField(name.Of(section), value.Of(section), value.Offset(_fieldsStart), head);
            if (rejection != Rejection.None) return Refuse(rejection);
        }

        head.Length = _fieldsStart + _fieldLines.Position;
        return Complete(head);
    }

    private OperationStatus ParseRequestLine(ReadOnlySpan<byte> input, RequestHead head)
    {
        // RFC 9112 §2.2: one empty line before the request line is ignored, for the sake of clients that end content with CRLF.
        if (_requestLineStart == 0 && !_hasTakenEmptyLine && !input.IsEmpty && input[0] == '\r')
        {
            if (input.Length == 1) return OperationStatus.NeedMoreData;
            if (input[1] != '\n') return Refuse(Rejection.BadLineEnd);
            _requestLineStart = 2;
        }

        ReadOnlySpan<byte> line = input[_requestLineStart..];
        if (line.IsEmpty) return OperationStatus.NeedMoreData;

        int methodLength = Grammar.TokenBytes.IndexOfAnyExcept(line[..Math.Min(line.Length, KnownMethods.MaxLength + 1)]);
        if (methodLength < 0)
            return line.Length > KnownMethods.MaxLength ? Refuse(Rejection.BadMethod) : OperationStatus.NeedMoreData;
        if (methodLength == 0 || line[methodLength] != ' ') return Refuse(WrongInMethod(line, methodLength));

        ReadOnlySpan<byte> method = line[..methodLength];
        head.Method = new Slice(_requestLineStart, methodLength);
        head.KnownMethod = KnownMethods.Find(method, additionalMethods);

        int targetStart = methodLength + 1;
        ReadOnlySpan<byte> rest = line[targetStart..Math.Min(line.Length, _maxRequestLineLength)];
        int targetLength = RequestTarget.Length(rest);
        bool isWhole = targetLength > 0 && rest[targetLength] == ' ';
        if (!isWhole && !RequestTarget.MayBegin(targetLength < 0 ? rest : rest[..targetLength], method))
            return Refuse(Rejection.BadTarget);
        if (targetLength < 0)
            return line.Length > _maxRequestLineLength ? Refuse(Rejection.RequestLineTooLong) : OperationStatus.NeedMoreData;
        if (!isWhole) return Refuse(WrongInTarget(rest[targetLength]));

        ReadOnlySpan<byte> target = rest[..targetLength];
        if (!RequestTarget.TryParse(target, method, out RequestTarget parts)) return Refuse(Rejection.BadTarget);

        OperationStatus status = ParseVersion(line, targetStart + targetLength + 1, head);
        if (status != OperationStatus.Done) return status;

        int offset = _requestLineStart + targetStart;
        head.Target = new Slice(offset, targetLength);
        head.Form = parts.Form;
        head.Path = parts.Path.Offset(offset);
        head.HasDotSegments = parts.HasDotSegments;
        head.TargetScheme = parts.Scheme;
        head.Query = parts.Query.Offset(offset);
        head.Host = parts.Authority.Offset(offset);
        return OperationStatus.Done;
    }

    private OperationStatus ParseVersion(ReadOnlySpan<byte> line, int start, RequestHead head)
    {
        const int length = 8; // HTTP/1.1
        if (start + length <= _maxRequestLineLength && line[start..].StartsWith("HTTP/1.1\r\n"u8))
        {
            head.MinorVersion = 1;
            _fieldsStart = _requestLineStart + start + length + 2;
            return OperationStatus.Done;
        }

        for (int i = 0; i < length + 2; i++)
        {
            int at = start + i;
            if (at >= line.Length) return OperationStatus.NeedMoreData;

            byte value = line[at];
            if (at >= _maxRequestLineLength && !(i == length && value == '\r') && i <= length)
                return Refuse(Rejection.RequestLineTooLong);

            bool isExpected = i switch
            {
                < 5 => value == "HTTP/"u8[i],
                6 => value == '.',
                length => value == '\r',
                length + 1 => value == '\n',
                _ => Grammar.IsDigit(value),
            };
            if (!isExpected)
                return Refuse(value is (byte)'\r' or (byte)'\n' || i > length ? Rejection.BadLineEnd : Rejection.BadVersion);
        }

        if (line[start + 5] != '1') return Refuse(Rejection.VersionNotSupported);

        // RFC 9112 §2.3: a higher minor version is understood as the highest that is known.
        head.MinorVersion = line[start + 7] == '0' ? 0 : 1;
        _fieldsStart = _requestLineStart + start + length + 2;
        return OperationStatus.Done;
    }

    private Rejection CheckField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, Slice valueSlice, RequestHead head)
    {
        switch (name.Length)
        {
            case 4 when Ascii.EqualsIgnoreCase(name, "Host"u8):
                return CheckHost(value, valueSlice, head);
            case 6 when Ascii.EqualsIgnoreCase(name, "Expect"u8):
                CheckExpect(value, head);
                return Rejection.None;
            case 7 when Ascii.EqualsIgnoreCase(name, "Upgrade"u8):
                foreach (ReadOnlySpan<byte> protocol in new FieldList(value))
                    _hasUpgradeToWebSocket |= Ascii.EqualsIgnoreCase(protocol, "websocket"u8);
                return Rejection.None;
            case 10 when Ascii.EqualsIgnoreCase(name, "Connection"u8):
                return CheckConnection(value, head);
            case 12 when Ascii.EqualsIgnoreCase(name, "Content-Type"u8):
                if (_hasContentType) return Rejection.DuplicateContentType;
                _hasContentType = true;
                return Rejection.None;
            case 14 when Ascii.EqualsIgnoreCase(name, "Content-Length"u8):
                return _framing.AddContentLength(value);
            case 17 when Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8):
                return _framing.AddTransferEncoding(value, head.MinorVersion);
            case 21 when Ascii.EqualsIgnoreCase(name, "Sec-WebSocket-Version"u8):
                _hasOtherWebSocketVersion |= !value.SequenceEqual("13"u8);
                return Rejection.None;

            // Gateways that turn names into variables cannot tell these from the real ones.
            case 14 when Ascii.EqualsIgnoreCase(name, "Content_Length"u8):
            case 17 when Ascii.EqualsIgnoreCase(name, "Transfer_Encoding"u8):
                return Rejection.AmbiguousFieldName;
            default:
                return Rejection.None;
        }
    }

    private Rejection CheckHost(ReadOnlySpan<byte> value, Slice valueSlice, RequestHead head)
    {
        if (_hasHost) return Rejection.DuplicateHost;
        if (!Authority.IsValid(value)) return Rejection.BadHost;

        _hasHost = true;
        if (head.Host.Length == 0) head.Host = valueSlice; // RFC 9112 §3.2.2: the authority of an absolute-form target wins
        return Rejection.None;
    }

    private void CheckExpect(ReadOnlySpan<byte> value, RequestHead head)
    {
        if (head.MinorVersion == 0) return; // RFC 9110 §10.1.1

        foreach (ReadOnlySpan<byte> expectation in new FieldList(value))
        {
            if (Ascii.EqualsIgnoreCase(expectation, "100-continue"u8)) head.ExpectsContinue = true;
            else _hasOtherExpectation = true;
            if (_hasOtherExpectation) return;
        }
    }

    // One recipient could read a member that is not a token as an option, and another pass it over: "close x".
    private Rejection CheckConnection(ReadOnlySpan<byte> value, RequestHead head)
    {
        FieldList options = new(value);
        while (options.MoveNext())
        {
            ReadOnlySpan<byte> option = options.Current;
            if (!Grammar.IsToken(option)) return Rejection.BadConnection;
            head.HasClose |= Ascii.EqualsIgnoreCase(option, "close"u8);
            head.HasKeepAlive |= Ascii.EqualsIgnoreCase(option, "keep-alive"u8);
            _hasConnectionUpgrade |= Ascii.EqualsIgnoreCase(option, "upgrade"u8);
        }

        return options.IsCutShort ? Rejection.BadConnection : Rejection.None;
    }

    private OperationStatus Complete(RequestHead head)
    {
        if (!_hasHost && head.MinorVersion > 0) return Refuse(Rejection.MissingHost);

        Rejection framing = _framing.Complete();
        if (framing != Rejection.None) return Refuse(framing);
        head.ContentLength = _framing.ContentLength;
        head.IsChunked = _framing.IsChunked;
        head.ExpectsContinue &= head.HasContent;

        if (head.KnownMethod is null) return Refuse(Rejection.MethodNotImplemented);
        if (_hasOtherExpectation) return Refuse(Rejection.ExpectationFailed);

        head.AsksForUpgrade = _hasConnectionUpgrade && head.MinorVersion > 0;
        head.AsksForWebSocket = _hasUpgradeToWebSocket && head.AsksForUpgrade && ReferenceEquals(head.KnownMethod, "GET");
        return head.AsksForWebSocket && _hasOtherWebSocketVersion ? Refuse(Rejection.WebSocketVersion) : OperationStatus.Done;
    }

    private static Rejection WrongInMethod(ReadOnlySpan<byte> line, int at) => line[at] switch
    {
        (byte)'\r' when at == 0 => Rejection.EmptyLines,
        (byte)'\r' or (byte)'\n' => Rejection.BadLineEnd,
        _ => Rejection.BadMethod,
    };

    private static Rejection WrongInTarget(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'
        ? Rejection.BadRequestLine
        : Rejection.BadTarget;

    private OperationStatus Refuse(Rejection rejection)
    {
        Rejection = rejection;
        return OperationStatus.InvalidData;
    }
}
