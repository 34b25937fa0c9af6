using System.Text;
using Pwb.Protocol;

namespace Pwb.Http;

/// <summary>The parts of a representation that a Range field asks for: RFC 9110 §14.1, §14.2.</summary>
internal readonly struct ByteRanges
{
    private readonly ByteRange[]? _parts;

    private ByteRanges(ByteRangeKind kind, ByteRange only, ByteRange[]? parts = null)
    {
        Kind = kind;
        Only = only;
        _parts = parts;
    }

    public ByteRangeKind Kind { get; }

    /// <summary>The one part; the whole unless there is exactly one.</summary>
    public ByteRange Only { get; }

    /// <summary>The parts, ascending and disjoint, where there are several.</summary>
    public ReadOnlySpan<ByteRange> Parts => _parts;

    /// <summary>All of a representation.</summary>
    public static ByteRanges Whole(long length) => new(ByteRangeKind.Whole, new ByteRange(0, length));

    /// <summary>Reads a value. Allocates only for several ranges.</summary>
    /// <param name="range">The value of Range, all lines of it; empty without one.</param>
    /// <param name="length">The length of the representation.</param>
    /// <param name="maxCount">The number of ranges from which on the field is ignored, less one.</param>
    /// <remarks>
    /// RFC 9110 §14.2: a server may ignore any Range, and must if it does not know the unit. Malformed values are ignored here,
    /// and so are ranges that are many, overlap or do not ascend: those ask for more than the file (§17.15).
    /// </remarks>
    public static ByteRanges Parse(ReadOnlySpan<byte> range, long length, int maxCount)
    {
        int equals = range.IndexOf((byte)'=');
        // §14.1: units compare without case
        if (equals < 0 || !Ascii.EqualsIgnoreCase(range[..equals], "bytes"u8)) return Whole(length);

        ReadOnlySpan<byte> specifiers = range[(equals + 1)..];
        if (specifiers.Contains((byte)',')) return ParseList(specifiers, length, maxCount);
        return new ByteRanges(Parse(specifiers, length, out ByteRange only), only);
    }

    private static ByteRanges ParseList(ReadOnlySpan<byte> specifiers, long length, int maxCount)
    {
        if (specifiers.Count((byte)',') >= maxCount) return Whole(length);

        List<ByteRange> parts = [];
        foreach (ReadOnlySpan<byte> specifier in new FieldList(specifiers))
        {
            ByteRangeKind kind = Parse(specifier, length, out ByteRange part);
            if (kind == ByteRangeKind.Unsatisfiable) continue; // §14.1.2: one satisfiable range is enough
            if (kind == ByteRangeKind.Whole || (parts.Count > 0 && part.Start < parts[^1].End)) return Whole(length);
            parts.Add(part);
        }

        // §15.3.7.2: one part need not be sent as several.
        ByteRange whole = new(0, length);
        return parts.Count switch
        {
            0 => new ByteRanges(ByteRangeKind.Unsatisfiable, whole),
            1 => new ByteRanges(ByteRangeKind.Part, parts[0]),
            _ => new ByteRanges(ByteRangeKind.Parts, whole, [.. parts]),
        };
    }

    /// <summary>Reads one range. A malformed one invalidates the field.</summary>
    private static ByteRangeKind Parse(ReadOnlySpan<byte> specifier, long length, out ByteRange part)
    {
        part = new ByteRange(0, length);
        int dash = specifier.IndexOf((byte)'-');
        if (dash < 0) return ByteRangeKind.Whole;

        bool hasFirst = TryParse(specifier[..dash], out long first);
        bool hasLast = TryParse(specifier[(dash + 1)..], out long last);
        if (dash == 0) return hasLast ? Suffix(last, length, out part) : ByteRangeKind.Whole;
        if (!hasFirst || (!hasLast && specifier.Length > dash + 1)) return ByteRangeKind.Whole;

        // §14.1.1: the last position must not be before the first; §14.1.2: it may be behind the end.
        if (!hasLast) last = long.MaxValue;
        if (last < first) return ByteRangeKind.Whole;
        if (first >= length) return ByteRangeKind.Unsatisfiable;
        part = new ByteRange(first, Math.Min(last, length - 1) - first + 1);
        return ByteRangeKind.Part;
    }

    /// <summary>
    /// §14.1.2: the last bytes, or all if there are fewer. None is unsatisfiable. Some of an empty file is not, but no
    /// Content-Range can say so (§14.4: a last position is not before the first), so that the whole is sent.
    /// </summary>
    private static ByteRangeKind Suffix(long suffixLength, long length, out ByteRange part)
    {
        part = new ByteRange(0, length);
        if (suffixLength == 0) return ByteRangeKind.Unsatisfiable;
        if (length == 0) return ByteRangeKind.Whole;
        long partLength = Math.Min(suffixLength, length);
        part = new ByteRange(length - partLength, partLength);
        return ByteRangeKind.Part;
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
