using System.Text;

namespace Pwb.Protocol;

/// <summary>
/// Collects the fields that say how a request's content is delimited, and refuses every combination that two
/// recipients could read differently: RFC 9112 §6.
/// </summary>
internal struct BodyFraming
{
    private long _contentLength;
    private bool _hasContentLength;
    private bool _hasTransferEncoding;
    private bool _isMalformed;
    private bool _hasOtherCoding;
    private int _chunkedCount;
    private bool _endsInChunked;

    /// <summary>The value of Content-Length, or -1.</summary>
    public readonly long ContentLength => _hasContentLength ? _contentLength : -1;

    public readonly bool IsChunked => _hasTransferEncoding;

    public Rejection AddContentLength(ReadOnlySpan<byte> value)
    {
        if (_hasContentLength || !TryParseLength(value, out _contentLength)) return Rejection.BadContentLength;

        _hasContentLength = true;
        return _hasTransferEncoding ? Rejection.BadTransferEncoding : Rejection.None;
    }

    public Rejection AddTransferEncoding(ReadOnlySpan<byte> value, int minorVersion)
    {
        // RFC 9112 §6.1 calls both an attack or a broken sender.
        if (_hasContentLength || minorVersion == 0) return Rejection.BadTransferEncoding;

        _hasTransferEncoding = true;
        FieldList codings = new(value);
        while (codings.MoveNext()) AddCoding(codings.Current);
        _isMalformed |= codings.IsCutShort || HasEmptyMember(value);
        return Rejection.None;
    }

    /// <summary>The verdict when the head is complete, since codings may be spread over several lines.</summary>
    public readonly Rejection Complete()
    {
        if (!_hasTransferEncoding) return Rejection.None;
        if (_isMalformed || !_endsInChunked || _chunkedCount != 1) return Rejection.BadTransferEncoding;
        return _hasOtherCoding ? Rejection.TransferCodingNotImplemented : Rejection.None;
    }

    private void AddCoding(ReadOnlySpan<byte> coding)
    {
        int semicolon = coding.IndexOf((byte)';');
        ReadOnlySpan<byte> name = semicolon < 0 ? coding : Grammar.TrimWhiteSpace(coding[..semicolon]);
        bool isChunked = Ascii.EqualsIgnoreCase(name, "chunked"u8);

        if (!Grammar.IsToken(name) || (isChunked && semicolon >= 0)) _isMalformed = true;
        if (isChunked) _chunkedCount++;
        else _hasOtherCoding = true;
        _endsInChunked = isChunked;
    }

    // RFC 9110 §5.6.1.2 has recipients ignore empty members. They are refused here: not everybody does (R11).
    private static bool HasEmptyMember(ReadOnlySpan<byte> list)
    {
        while (true)
        {
            int comma = list.IndexOf((byte)',');
            if (Grammar.TrimWhiteSpace(comma < 0 ? list : list[..comma]).IsEmpty) return true;
            if (comma < 0) return false;
            list = list[(comma + 1)..];
        }
    }

    // 1*DIGIT (RFC 9110 §8.6). The library's number parsers also accept signs, white space and trailing NULs. Leading zeros
    // are refused because some recipients take them for octal.
    private static bool TryParseLength(ReadOnlySpan<byte> value, out long length)
    {
        length = 0;
        if (value.IsEmpty || (value[0] == '0' && value.Length > 1)) return false;

        foreach (byte digit in value)
        {
            int number = digit - '0';
            if (!Grammar.IsDigit(digit) || length > (long.MaxValue - number) / 10) return false;
            length = (length * 10) + number;
        }

        return true;
    }
}
