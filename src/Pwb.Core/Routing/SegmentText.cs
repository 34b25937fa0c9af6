using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Pwb.Protocol;

namespace Pwb.Routing;

/// <summary>
/// One segment of a request's normal path, as it was sent: its percent-escapes, which the parser has found to be whole, are
/// decoded once.
/// </summary>
internal static class SegmentText
{
    /// <summary>The longest text of a number or UUID, escaped: 36 characters of three bytes.</summary>
    private const int MaxTypedLength = 3 * 36;

    private const int StackLength = 256;

    /// <summary>Decodes a segment. An escaped slash becomes a slash: it is one within the segment.</summary>
    /// <param name="escaped">The segment as it was sent.</param>
    /// <param name="decoded">At least as long.</param>
    /// <returns>The length of the result.</returns>
    public static int Decode(ReadOnlySpan<byte> escaped, Span<byte> decoded)
    {
        int length = 0;
        for (int i = 0; i < escaped.Length; i++)
        {
            byte value = escaped[i];
            if (value == '%')
            {
                value = (byte)((Grammar.HexValue(escaped[i + 1]) << 4) | Grammar.HexValue(escaped[i + 2]));
                i += 2;
            }

            decoded[length++] = value;
        }

        return length;
    }

    /// <summary>The text of a segment.</summary>
    public static string ToText(ReadOnlySpan<byte> escaped)
    {
        if (!escaped.Contains((byte)'%')) return Encoding.ASCII.GetString(escaped);

        byte[]? rented = null;
        Span<byte> decoded = escaped.Length <= StackLength
            ? stackalloc byte[StackLength]
            : rented = ArrayPool<byte>.Shared.Rent(escaped.Length);
        string text = Encoding.UTF8.GetString(decoded[..Decode(escaped, decoded)]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return text;
    }

    /// <summary>Whether a segment, as it was sent, matches a parameter of this kind.</summary>
    public static bool IsTaken(SegmentKind kind, ReadOnlySpan<byte> escaped) => kind switch
    {
        SegmentKind.Int32 => TryGetInt64(escaped, out long number) && number is >= int.MinValue and <= int.MaxValue,
        SegmentKind.Int64 => TryGetInt64(escaped, out _),
        SegmentKind.Guid => TryGetGuid(escaped, out _),
        _ => !escaped.IsEmpty,
    };

    /// <summary>Reads a number: digits, and a minus sign in front of them or none.</summary>
    public static bool TryGetInt64(ReadOnlySpan<byte> escaped, out long number)
    {
        number = 0;
        if (escaped.Length > MaxTypedLength) return false;

        Span<byte> buffer = stackalloc byte[MaxTypedLength];
        ReadOnlySpan<byte> text = buffer[..Decode(escaped, buffer)];
        if (text.IsEmpty || text[0] == '+') return false;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Reads a UUID such as 0f8fad5b-d9cb-469f-a165-70867728950e.</summary>
    public static bool TryGetGuid(ReadOnlySpan<byte> escaped, out Guid guid)
    {
        guid = default;
        if (escaped.Length > MaxTypedLength) return false;

        Span<byte> buffer = stackalloc byte[MaxTypedLength];
        ReadOnlySpan<byte> text = buffer[..Decode(escaped, buffer)];
        return Utf8Parser.TryParse(text, out guid, out int length, 'D') && length == text.Length;
    }
}
