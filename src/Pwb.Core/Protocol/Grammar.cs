using System.Buffers.Binary;

namespace Pwb.Protocol;

/// <summary>The character classes of RFC 9110 and RFC 3986 that PWB uses, and the few comparisons built on them.</summary>
internal static class Grammar
{
    private const string TokenSymbols = "!#$%&'*+-.^_`|~";
    private const string AlphaDigit = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>tchar: RFC 9110 §5.6.2.</summary>
    public static readonly ByteSet TokenBytes = new(AlphaDigit + TokenSymbols);

    /// <summary>The characters of a URI without its fragment: unreserved, reserved but "#", and "%". RFC 3986 §2.</summary>
    public static readonly ByteSet TargetBytes = new(AlphaDigit + "-._~" + ":/?[]@" + "!$&'()*+,;=" + "%");

    /// <summary>
    /// The bytes that stand in a query as they are: visible ASCII, without the characters that the URL standard escapes in every
    /// query (https://url.spec.whatwg.org/#query-percent-encode-set).
    /// </summary>
    public static readonly ByteSet QueryBytes =
        new(value => value is > 0x20 and < 0x7F and not ('"' or '#' or '<' or '>'));

    /// <summary>
    /// reg-name: unreserved, sub-delims and "%", but without the comma, which would make it a list. RFC 3986 §3.2.2.
    /// </summary>
    public static readonly ByteSet RegNameBytes = new(AlphaDigit + "-._~" + "!$&'()*+;=" + "%");

    /// <summary>unreserved: RFC 3986 §2.3.</summary>
    public static readonly ByteSet UnreservedBytes = new(AlphaDigit + "-._~");

    /// <summary>etagc, what an entity tag may hold between its quotes: RFC 9110 §8.8.3.</summary>
    public static readonly ByteSet EntityTagBytes = new(value => value is 0x21 or > 0x22 and not 0x7F);

    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && TokenBytes.IndexOfAnyExcept(text) < 0;

    /// <summary>The same for a text.</summary>
    public static bool IsToken(string text)
    {
        foreach (char character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && !TokenSymbols.Contains(character)) return false;
        }

        return text.Length > 0;
    }

    /// <summary>
    /// Where the first byte is that no field value holds, or -1. A field value is of HTAB, SP, VCHAR and obs-text: RFC 9110 §5.5.
    /// </summary>
    public static int IndexOfAnyExceptFieldValue(ReadOnlySpan<byte> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            // Eight at a time, since values are most of a head. A tab ends that for its eight.
            while (text.Length - i > 8 && !HasControl(BinaryPrimitives.ReadUInt64LittleEndian(text[i..]))) i += 8;
            if (!IsFieldValue(text[i])) return i;
        }

        return -1;
    }

    public static bool IsDigit(byte value) => (uint)(value - '0') <= 9;

    public static bool IsWhiteSpace(byte value) => value is (byte)' ' or (byte)'\t';

    /// <summary>A byte of a quoted-string that stands for itself: RFC 9110 §5.6.4.</summary>
    public static bool IsQuotedText(byte value) => value is not ((byte)'"' or (byte)'\\') && IsQuotedPair(value);

    /// <summary>A byte that may follow a backslash in a quoted-string: RFC 9110 §5.6.4.</summary>
    public static bool IsQuotedPair(byte value) => IsFieldValue(value);

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

    private static bool IsFieldValue(byte value) => value is (byte)'\t' or >= 0x20 and not 0x7F;

    /// <summary>Whether one of eight bytes is below 0x20, or 0x7F.</summary>
    private static bool HasControl(ulong bytes)
    {
        // To subtract n from each byte sets the high bit of one that is below n; those that had it before do not count. A byte
        // that is found may borrow from the next and have it found too, which changes nothing.
        const ulong each = 0x0101010101010101;
        ulong deletes = bytes ^ (0x7F * each); // 0 where the byte is 0x7F
        return ((((bytes - (0x20 * each)) & ~bytes) | ((deletes - each) & ~deletes)) & (0x80 * each)) != 0;
    }
}
