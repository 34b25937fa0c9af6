using System.Buffers;
using System.Text;

namespace Pwb.Protocol;

/// <summary>
/// Parses field lines up to the empty line that ends them: a header section or a trailer section (RFC 9112 §5, §7.1.2). A fault
/// is found at its first byte, also in an incomplete line, so the way the bytes are split never matters.
/// </summary>
internal struct FieldSectionParser(int maxLength, int maxLines, bool isTrailers = false)
{
    private int _lines;

    /// <summary>Where the next line starts, from the start of the section.</summary>
    public int Position { get; private set; }

    /// <summary>The name of the line that <see cref="ParseLine"/> has read.</summary>
    public Slice Name { get; private set; }

    /// <summary>The value of the line that <see cref="ParseLine"/> has read, without the white space around it.</summary>
    public Slice Value { get; private set; }

    /// <summary>Whether <see cref="ParseLine"/> has read the empty line that ends the section.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Starts again, for another section with the same limits.</summary>
    public void Reset()
    {
        _lines = 0;
        Position = 0;
        IsAtEnd = false;
    }

    /// <summary>Parses the line at <see cref="Position"/> and moves behind it. If it is not complete, nothing changes.</summary>
    /// <param name="section">The received bytes of the section, from its start.</param>
    /// <param name="rejection">Why the line is refused, with <see cref="OperationStatus.InvalidData"/>.</param>
    public OperationStatus ParseLine(ReadOnlySpan<byte> section, out Rejection rejection)
    {
        rejection = Rejection.None;
        ReadOnlySpan<byte> line = section[Position..];
        if (line.IsEmpty) return OperationStatus.NeedMoreData;
        if (line[0] == '\r') return ParseLastLine(line, out rejection);
        if (_lines == maxLines) return Invalid(Rejection.TooManyFieldLines, out rejection);

        // Only the part of the line that is within the limit is looked at: what breaks the limit comes before what follows it.
        int budget = maxLength - Position;
        ReadOnlySpan<byte> window = line.Length > budget ? line[..budget] : line;

        int nameLength = Grammar.TokenBytes.IndexOfAnyExcept(window);
        if (nameLength < 0) return IncompleteLine(line.Length, budget, out rejection);
        if (nameLength == 0 || window[nameLength] != ':') return Invalid(WrongInName(window, nameLength), out rejection);

        int valueStart = nameLength + 1;
        int valueLength = Grammar.IndexOfAnyExceptFieldValue(window[valueStart..]);
        if (valueLength < 0) return IncompleteLine(line.Length, budget, out rejection);

        int end = valueStart + valueLength;
        if (window[end] != '\r')
            return Invalid(window[end] == '\n' ? Rejection.BadLineEnd : Rejection.BadFieldValue, out rejection);
        if (end + 1 == window.Length) return IncompleteLine(line.Length, budget, out rejection);
        if (window[end + 1] != '\n') return Invalid(Rejection.BadLineEnd, out rejection);

        while (valueStart < end && Grammar.IsWhiteSpace(window[valueStart])) valueStart++;
        int valueEnd = end;
        while (valueEnd > valueStart && Grammar.IsWhiteSpace(window[valueEnd - 1])) valueEnd--;

        if (isTrailers && IsForbiddenInTrailers(window[..nameLength])) return Invalid(Rejection.ForbiddenTrailer, out rejection);

        Name = new Slice(Position, nameLength);
        Value = new Slice(Position + valueStart, valueEnd - valueStart);
        Position += end + 2;
        _lines++;
        return OperationStatus.Done;
    }

    private OperationStatus ParseLastLine(ReadOnlySpan<byte> line, out Rejection rejection)
    {
        rejection = Rejection.None;
        if (line.Length == 1) return OperationStatus.NeedMoreData;
        if (line[1] != '\n') return Invalid(Rejection.BadLineEnd, out rejection);

        Position += 2;
        IsAtEnd = true;
        return OperationStatus.Done;
    }

    private static OperationStatus IncompleteLine(int arrived, int budget, out Rejection rejection)
    {
        rejection = arrived > budget ? Rejection.HeaderSectionTooLarge : Rejection.None;
        return arrived > budget ? OperationStatus.InvalidData : OperationStatus.NeedMoreData;
    }

    // RFC 9110 §6.5.1: a recipient that merges such fields into the header section, as some do, reads another message.
    public static bool IsForbiddenInTrailers(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => Ascii.EqualsIgnoreCase(name, "TE"u8),
        4 => Ascii.EqualsIgnoreCase(name, "Host"u8),
        6 => Ascii.EqualsIgnoreCase(name, "Expect"u8),
        7 => Ascii.EqualsIgnoreCase(name, "Trailer"u8) || Ascii.EqualsIgnoreCase(name, "Upgrade"u8),
        10 => Ascii.EqualsIgnoreCase(name, "Connection"u8) || Ascii.EqualsIgnoreCase(name, "Keep-Alive"u8),
        14 => Ascii.EqualsIgnoreCase(name, "Content-Length"u8) || Ascii.EqualsIgnoreCase(name, "Content_Length"u8),
        16 => Ascii.EqualsIgnoreCase(name, "Proxy-Connection"u8),
        17 => Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8) || Ascii.EqualsIgnoreCase(name, "Transfer_Encoding"u8),
        _ => false,
    };

    private static Rejection WrongInName(ReadOnlySpan<byte> line, int at) => line[at] switch
    {
        (byte)'\n' or (byte)'\r' => Rejection.BadLineEnd,
        (byte)' ' or (byte)'\t' when at == 0 => Rejection.LineFolding,
        _ => Rejection.BadFieldName,
    };

    private static OperationStatus Invalid(Rejection reason, out Rejection rejection)
    {
        rejection = reason;
        return OperationStatus.InvalidData;
    }
}
