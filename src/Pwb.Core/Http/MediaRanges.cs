using System.Text;
using Pwb.Protocol;

namespace Pwb.Http;

/// <summary>The media ranges of an Accept field (RFC 9110 §12.5.1) and their weights for a media type.</summary>
internal static class MediaRanges
{
    /// <summary>
    /// The client's weight for a type, in thousandths: 0 for not acceptable. The most specific matching range decides. Parameters
    /// other than the weight do not count, since no type that PWB offers has any.
    /// </summary>
    public static int WeightOf(ReadOnlySpan<byte> accept, ReadOnlySpan<byte> type, ReadOnlySpan<byte> subtype)
    {
        int best = 0, weight = 0;
        for (int members = 0; members < FieldList.MaxMembers; members++)
        {
            // RFC 9110 §5.6.1.2: empty members are passed over, all at once.
            accept = accept.TrimStart(", \t"u8);
            if (accept.IsEmpty) break;

            ReadOnlySpan<byte> member = TakeUntil((byte)',', ref accept);
            ReadOnlySpan<byte> range = TakeUntil((byte)';', ref member);
            int specificity = Specificity(range, type, subtype);
            if (specificity == 0 || specificity < best || !TryReadWeight(member, out int value)) continue;
            weight = specificity > best ? value : Math.Max(weight, value);
            best = specificity;
        }

        return weight;
    }

    private static int Specificity(ReadOnlySpan<byte> range, ReadOnlySpan<byte> type, ReadOnlySpan<byte> subtype)
    {
        int slash = range.IndexOf((byte)'/');
        if (slash < 0) return 0;

        ReadOnlySpan<byte> left = range[..slash], right = range[(slash + 1)..];
        if (right is [(byte)'*'])
        {
            if (left is [(byte)'*']) return 1;
            return Ascii.EqualsIgnoreCase(left, type) ? 2 : 0;
        }

        return Ascii.EqualsIgnoreCase(left, type) && Ascii.EqualsIgnoreCase(right, subtype) ? 3 : 0;
    }

    /// <summary>RFC 9110 §12.4.2: without a weight it is 1. A range with a malformed one counts as not there.</summary>
    private static bool TryReadWeight(ReadOnlySpan<byte> parameters, out int weight)
    {
        weight = Weight.Max;
        while (!parameters.IsEmpty)
        {
            ReadOnlySpan<byte> parameter = TakeUntil((byte)';', ref parameters);
            if (parameter is [(byte)'q' or (byte)'Q', (byte)'=', ..]) return Weight.TryParse(parameter, out weight);
        }

        return true;
    }

    /// <summary>Takes the text before a separator outside quoted strings, and leaves the text after it.</summary>
    private static ReadOnlySpan<byte> TakeUntil(byte separator, ref ReadOnlySpan<byte> rest)
    {
        bool isQuoted = false;
        for (int i = 0; i < rest.Length; i++)
        {
            if (rest[i] == '"') isQuoted = !isQuoted;
            else if (isQuoted && rest[i] == '\\') i++;
            else if (!isQuoted && rest[i] == separator)
            {
                ReadOnlySpan<byte> part = rest[..i];
                rest = rest[(i + 1)..];
                return Grammar.TrimWhiteSpace(part);
            }
        }

        ReadOnlySpan<byte> last = rest;
        rest = [];
        return Grammar.TrimWhiteSpace(last);
    }
}
