using System.Globalization;
using System.Numerics;

namespace Pwb.Hosting;

/// <summary>Reads digits and nothing else. .NET takes NULs behind them, which a file of JSON can spell.</summary>
internal static class WholeNumber
{
    /// <returns>False if it is none, or too large for its type.</returns>
    public static bool TryParse<T>(ReadOnlySpan<char> text, out T number)
        where T : struct, IBinaryInteger<T>
    {
        number = T.Zero;
        return !text.ContainsAnyExceptInRange('0', '9')
            && T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
