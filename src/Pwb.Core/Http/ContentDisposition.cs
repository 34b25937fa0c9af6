using System.Globalization;
using System.Text;

namespace Pwb.Http;

/// <summary>Content-Disposition of a response: RFC 6266, with the extended values of RFC 8187.</summary>
internal static class ContentDisposition
{
    // attr-char of RFC 8187 §3.2.1, besides letters and digits.
    private const string AttributeCharacters = "!#$&+-.^_`|~";

    /// <summary>The value that has a file stored under a name.</summary>
    public static string Attachment(string fileName)
    {
        StringBuilder ascii = new(), extended = new();
        bool isPlain = true;
        foreach (Rune rune in fileName.EnumerateRunes())
        {
            Rune named = Rune.IsControl(rune) || rune.Value is '/' or '\\' ? new Rune('_') : rune;

            // RFC 6266 §4.3: a quote needs a backslash and a percent sign may be taken for an escape; clients differ about both,
            // so the plain form has neither.
            bool isForAll = named.IsAscii && named.Value is not ('"' or '%');
            isPlain &= isForAll;
            ascii.Append(isForAll ? (char)named.Value : '_');
            AppendExtended(extended, named);
        }

        return isPlain ? $"attachment; filename=\"{ascii}\"" : $"attachment; filename=\"{ascii}\"; filename*=UTF-8''{extended}";
    }

    private static void AppendExtended(StringBuilder text, Rune rune)
    {
        if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || AttributeCharacters.Contains((char)rune.Value)))
        {
            text.Append((char)rune.Value);
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        foreach (byte value in bytes[..rune.EncodeToUtf8(bytes)])
            text.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
    }
}
