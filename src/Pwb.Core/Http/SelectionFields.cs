using System.Text;

namespace Pwb.Http;

/// <summary>
/// The request fields that decide which representation of a file is sent, whether, and which part of it: found in one walk, as
/// slices of the request. A field that came in several lines is joined with ", " (RFC 9110 §5.3), which is the only case that
/// allocates.
/// </summary>
internal ref struct SelectionFields
{
    private FieldBits _present;
    private FieldBits _joined;

    public SelectionFields(HttpFields fields)
    {
        for (int i = 0; i < fields.Count; i++)
        {
            FieldLine line = fields[i];
            switch (line.Name.Length)
            {
                case 5: Range = Take(line, "Range"u8, FieldBits.Range, Range, fields); break;
                case 6: Accept = Take(line, "Accept"u8, FieldBits.Accept, Accept, fields); break;
                case 8:
                    IfMatch = Take(line, "If-Match"u8, FieldBits.IfMatch, IfMatch, fields);
                    IfRange = Take(line, "If-Range"u8, FieldBits.IfRange, IfRange, fields);
                    break;
                case 13: IfNoneMatch = Take(line, "If-None-Match"u8, FieldBits.IfNoneMatch, IfNoneMatch, fields); break;
                case 15:
                    AcceptEncoding = Take(line, "Accept-Encoding"u8, FieldBits.AcceptEncoding, AcceptEncoding, fields);
                    break;
                case 17:
                    IfModifiedSince = Take(line, "If-Modified-Since"u8, FieldBits.IfModifiedSince, IfModifiedSince, fields);
                    break;
                case 19:
                    IfUnmodifiedSince =
                        Take(line, "If-Unmodified-Since"u8, FieldBits.IfUnmodifiedSince, IfUnmodifiedSince, fields);
                    break;
                default: break;
            }
        }
    }

    [Flags]
    private enum FieldBits
    {
        None = 0,
        IfMatch = 1,
        IfNoneMatch = 2,
        IfModifiedSince = 4,
        IfUnmodifiedSince = 8,
        Range = 16,
        Conditions = IfMatch | IfNoneMatch | IfModifiedSince | IfUnmodifiedSince | Range,
        IfRange = 32, // means nothing without Range: RFC 9110 §13.1.5
        AcceptEncoding = 64,
        Accept = 128,
    }

    /// <summary>Whether no precondition and no range was sent: the whole representation is the answer.</summary>
    public readonly bool IsUnconditional => (_present & FieldBits.Conditions) == FieldBits.None;

    public readonly bool HasIfMatch => Has(FieldBits.IfMatch);

    public ReadOnlySpan<byte> IfMatch { get; private set; }

    public readonly bool HasIfNoneMatch => Has(FieldBits.IfNoneMatch);

    public ReadOnlySpan<byte> IfNoneMatch { get; private set; }

    public readonly bool HasIfModifiedSince => Has(FieldBits.IfModifiedSince);

    public ReadOnlySpan<byte> IfModifiedSince { get; private set; }

    public readonly bool HasIfUnmodifiedSince => Has(FieldBits.IfUnmodifiedSince);

    public ReadOnlySpan<byte> IfUnmodifiedSince { get; private set; }

    public readonly bool HasIfRange => Has(FieldBits.IfRange);

    public ReadOnlySpan<byte> IfRange { get; private set; }

    public readonly bool HasRange => Has(FieldBits.Range);

    public ReadOnlySpan<byte> Range { get; private set; }

    public readonly bool HasAcceptEncoding => Has(FieldBits.AcceptEncoding);

    public ReadOnlySpan<byte> AcceptEncoding { get; private set; }

    public readonly bool HasAccept => Has(FieldBits.Accept);

    public ReadOnlySpan<byte> Accept { get; private set; }

    private readonly bool Has(FieldBits name) => (_present & name) != FieldBits.None;

    /// <summary>The field's value after this line; unchanged if the line has another name.</summary>
    private ReadOnlySpan<byte> Take(
        FieldLine line, ReadOnlySpan<byte> name, FieldBits bit, ReadOnlySpan<byte> value, HttpFields fields)
    {
        if (!Ascii.EqualsIgnoreCase(line.Name, name)) return value;
        if (!Has(bit))
        {
            _present |= bit;
            return line.Value;
        }

        // All the lines are joined when the second is met, so that many of them cost no more than two.
        if ((_joined & bit) != FieldBits.None) return value;
        _joined |= bit;
        return Join(fields, name);
    }

    private static byte[] Join(HttpFields fields, ReadOnlySpan<byte> name)
    {
        List<byte> joined = [];
        foreach (FieldLine line in fields)
        {
            if (!Ascii.EqualsIgnoreCase(line.Name, name)) continue;
            joined.AddRange(line.Value);
            joined.AddRange(", "u8);
        }

        return [.. joined[..^2]];
    }
}
