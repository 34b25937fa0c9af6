using System.Text;
using Pwb.Protocol;

namespace Pwb.Http;

/// <summary>What a Range field asks for.</summary>
internal enum ByteRangeKind
{
    /// <summary>Nothing that counts: all of it is sent, with 200.</summary>
    Whole,

    /// <summary>A part: 206.</summary>
    Part,

    /// <summary>A part that is not there: 416.</summary>
    Unsatisfiable,
}

/// <summary>The part of a file that a Range field asks for: RFC 9110 §14.1, §14.2. <see cref="Start"/> and <see cref="Length"/> are those of the whole where it is sent.</summary>
internal readonly record struct ByteRange(ByteRangeKind Kind, long Start, long Length)
{
    /// <summary>Reads a value.</summary>
    /// <param name="range">The value of Range, all lines of it; empty if there is none.</param>
    /// <param name="length">The length of the representation.</param>
    /// <remarks>
    /// RFC 9110 §14.2: a server may ignore any Range, and must if it does not know the unit. Malformed values and several ranges are ignored here,
    /// the latter since nobody but attackers sends them (§17.15).
    /// </remarks>
    public static ByteRange Parse(ReadOnlySpan<byte> range, long length)
    {
        ByteRange whole = new(ByteRangeKind.Whole, 0, length);
        int equals = range.IndexOf((byte)'=');
        if (equals < 0 || !Ascii.EqualsIgnoreCase(range[..equals], "bytes"u8)) return whole; // §14.1: units compare without case

        ReadOnlySpan<byte> positions = range[(equals + 1)..];
        int dash = positions.IndexOf((byte)'-');
        if (dash < 0) return whole;

        bool hasFirst = TryParse(positions[..dash], out long first);
        bool hasLast = TryParse(positions[(dash + 1)..], out long last);
        if (dash == 0) return hasLast ? Suffix(last, length) : whole;
        if (!hasFirst || (!hasLast && positions.Length > dash + 1)) return whole;

        // §14.1.1: the last position must not be before the first; §14.1.2: it may be behind the end.
        if (!hasLast) last = long.MaxValue;
        if (last < first) return whole;
        if (first >= length) return new ByteRange(ByteRangeKind.Unsatisfiable, 0, length);
        return new ByteRange(ByteRangeKind.Part, first, Math.Min(last, length - 1) - first + 1);
    }

    /// <summary>
    /// §14.1.2: the last bytes, or all if there are fewer. None is unsatisfiable. Some of an empty file is not, but no Content-Range can
    /// say so (§14.4: a last position is not before the first), so that the whole is sent.
    /// </summary>
    private static ByteRange Suffix(long suffixLength, long length)
    {
        if (suffixLength == 0) return new ByteRange(ByteRangeKind.Unsatisfiable, 0, length);
        if (length == 0) return new ByteRange(ByteRangeKind.Whole, 0, 0);
        long part = Math.Min(suffixLength, length);
        return new ByteRange(ByteRangeKind.Part, length - part, part);
    }

    /// <summary>Reads digits. §14.1.2: a number may be too large for any type; it is as good as the largest then.</summary>
    private static bool TryParse(ReadOnlySpan<byte> digits, out long number)
    {
        number = 0;
        if (digits.IsEmpty) return false;
        foreach (byte digit in digits)
        {
            if (!Grammar.IsDigit(digit)) return false;
            int value = digit - '0';
            number = number > (long.MaxValue - value) / 10 ? long.MaxValue : (number * 10) + value;
        }

        return true;
    }
}
