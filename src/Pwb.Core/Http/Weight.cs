using Pwb.Protocol;

namespace Pwb.Http;

/// <summary>
/// A client's weight for one of several alternatives: "q=" and a number from 0 to 1, read as thousandths. RFC 9110 §12.4.2.
/// </summary>
internal static class Weight
{
    public const int Max = 1000;

    /// <summary>
    /// Reads a parameter such as <c>q=0.5</c>. More than three digits behind the point are malformed, like any other number.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> parameter, out int weight)
    {
        weight = 0;
        if (parameter.Length is < 3 or > 7 || (parameter[0] | 0x20) != 'q' || parameter[1] != '='
            || parameter[2] is not ((byte)'0' or (byte)'1'))
            return false;

        int thousandths = (parameter[2] - '0') * Max;
        if (parameter.Length > 3)
        {
            if (parameter[3] != '.') return false;
            int unit = Max;
            foreach (byte digit in parameter[4..])
            {
                if (!Grammar.IsDigit(digit)) return false;
                unit /= 10;
                thousandths += (digit - '0') * unit;
            }
        }

        if (thousandths > Max) return false;
        weight = thousandths;
        return true;
    }
}
