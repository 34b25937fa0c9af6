using System.Buffers;

namespace Pwb.Protocol;

/// <summary>The character classes of RFC 9110 and RFC 3986 that PWB uses, and the few comparisons built on them.</summary>
internal static class Grammar
{
    private const string TokenSymbols = "!#$%&'*+-.^_`|~";
    private const string AlphaDigit = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>tchar: RFC 9110 §5.6.2.</summary>
    public static readonly SearchValues<byte> TokenBytes = Bytes(AlphaDigit + TokenSymbols);

    /// <summary>The bytes of a field value: HTAB, SP, VCHAR and obs-text. RFC 9110 §5.5.</summary>
    public static readonly SearchValues<byte> FieldValueBytes = Bytes(value => value == '\t' || (value >= 0x20 && value != 0x7F));

    /// <summary>The characters of a URI without its fragment: unreserved, reserved but "#", and "%". RFC 3986 §2.</summary>
    public static readonly SearchValues<byte> TargetBytes = Bytes(AlphaDigit + "-._~" + ":/?[]@" + "!$&'()*+,;=" + "%");

    /// <summary>
    /// The bytes that stand in a query as they are: visible ASCII, without the characters that the URL standard escapes in every
    /// query (https://url.spec.whatwg.org/#query-percent-encode-set).
    /// </summary>
    public static readonly SearchValues<byte> QueryBytes =
        Bytes(value => value is > 0x20 and < 0x7F and not ('"' or '#' or '<' or '>'));

    /// <summary>
    /// reg-name: unreserved, sub-delims and "%", but without the comma, which would make it a list. RFC 3986 §3.2.2.
    /// </summary>
    public static readonly SearchValues<byte> RegNameBytes = Bytes(AlphaDigit + "-._~" + "!$&'()*+;=" + "%");

    /// <summary>unreserved: RFC 3986 §2.3.</summary>
    public static readonly SearchValues<byte> UnreservedBytes = Bytes(AlphaDigit + "-._~");

    /// <summary>The bytes that an entity tag may not hold between its quotes; all others are etagc: RFC 9110 §8.8.3.</summary>
    public static readonly SearchValues<byte> NotEntityTagBytes = Bytes(value => value is <= 0x22 and not 0x21 or 0x7F);

    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenBytes);

    /// <summary>The same for a text. Without SearchValues, since those of characters would be compiled at each start.</summary>
    public static bool IsToken(string text)
    {
        foreach (char character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && !TokenSymbols.Contains(character)) return false;
        }

        return text.Length > 0;
    }

    public static bool IsDigit(byte value) => (uint)(value - '0') <= 9;

    public static bool IsWhiteSpace(byte value) => value is (byte)' ' or (byte)'\t';

    /// <summary>A byte of a quoted-string that stands for itself: RFC 9110 §5.6.4.</summary>
    public static bool IsQuotedText(byte value) => value is not ((byte)'"' or (byte)'\\') && IsQuotedPair(value);

    /// <summary>A byte that may follow a backslash in a quoted-string: RFC 9110 §5.6.4.</summary>
    public static bool IsQuotedPair(byte value) => value is (byte)'\t' or >= 0x20 and not 0x7F;

    /// <summary>The value of a hexadecimal digit, or -1.</summary>
    public static int HexValue(byte value) => value switch
    {
        >= (byte)'0' and <= (byte)'9' => value - '0',
        >= (byte)'a' and <= (byte)'f' => value - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => value - 'A' + 10,
        _ => -1,
    };

    /// <summary>Without optional white space (SP and HTAB, nothing else) at both ends: RFC 9110 §5.6.3.</summary>
    public static ReadOnlySpan<byte> TrimWhiteSpace(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);

    /// <summary>
    /// Whether every "%" is followed by two hexadecimal digits. In a prefix of a text, an escape at its very end may be
    /// incomplete.
    /// </summary>
    public static bool HasOnlyWholeEscapes(ReadOnlySpan<byte> text, bool isPrefix)
    {
        for (int at = text.IndexOf((byte)'%'); at >= 0; at = text.IndexOf((byte)'%'))
        {
            text = text[(at + 1)..];
            int digits = Math.Min(text.Length, 2);
            for (int i = 0; i < digits; i++)
            {
                if (HexValue(text[i]) < 0) return false;
            }

            if (digits < 2 && !isPrefix) return false;
        }

        return true;
    }

    private static SearchValues<byte> Bytes(string characters) =>
        SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(characters));

    // A loop and no query: this is part of every start, and queries over numbers have to be compiled there.
    private static SearchValues<byte> Bytes(Predicate<int> isMember)
    {
        Span<byte> members = stackalloc byte[256];
        int count = 0;
        for (int value = 0; value < members.Length; value++)
        {
            if (isMember(value)) members[count++] = (byte)value;
        }

        return SearchValues.Create(members[..count]);
    }
}
