using System.Buffers;
using System.Text;
using Pwb.Protocol;

namespace Pwb.Http;

/// <summary>
/// Names and values of a query or a form: https://url.spec.whatwg.org/#urlencoded-parsing. Nothing is an error: a malformed
/// escape is text, and invalid UTF-8 becomes U+FFFD.
/// </summary>
internal static class UrlEncoded
{
    private const int StackLength = 256;

    /// <summary>Takes the next pair. Empty ones are passed over.</summary>
    /// <param name="rest">The rest of the text; afterwards the text behind the pair.</param>
    /// <param name="name">The name, encoded.</param>
    /// <param name="value">The value, encoded; empty for a name alone.</param>
    public static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = [];
        rest = rest.TrimStart((byte)'&');
        if (rest.IsEmpty) return false;

        int ampersand = rest.IndexOf((byte)'&');
        ReadOnlySpan<byte> pair = ampersand < 0 ? rest : rest[..ampersand];
        rest = ampersand < 0 ? [] : rest[(ampersand + 1)..];
        int equals = pair.IndexOf((byte)'=');
        name = equals < 0 ? pair : pair[..equals];
        value = equals < 0 ? [] : pair[(equals + 1)..];
        return true;
    }

    /// <summary>The text of a name or a value.</summary>
    public static string Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IndexOfAny((byte)'%', (byte)'+') < 0) return Encoding.UTF8.GetString(encoded);

        byte[]? rented = null;
        Span<byte> decoded = encoded.Length <= StackLength
            ? stackalloc byte[StackLength]
            : rented = ArrayPool<byte>.Shared.Rent(encoded.Length);
        int length = 0;
        for (int i = 0; i < encoded.Length; i++)
        {
            byte value = encoded[i];
            if (value == '+') value = (byte)' ';
            else if (value == '%' && TryUnescape(encoded[(i + 1)..], out byte unescaped))
            {
                value = unescaped;
                i += 2;
            }

            decoded[length++] = value;
        }

        string text = Encoding.UTF8.GetString(decoded[..length]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return text;
    }

    /// <summary>Whether this is how a text may be encoded. Makes no string of a name without escapes.</summary>
    public static bool Is(ReadOnlySpan<byte> encoded, string text)
    {
        bool isPlain = encoded.IndexOfAny((byte)'%', (byte)'+') < 0 && Ascii.IsValid(encoded);
        return isPlain ? Ascii.Equals(encoded, text) : Decode(encoded) == text;
    }

    private static bool TryUnescape(ReadOnlySpan<byte> digits, out byte value)
    {
        value = 0;
        if (digits.Length < 2 || Grammar.HexValue(digits[0]) < 0 || Grammar.HexValue(digits[1]) < 0) return false;
        value = (byte)((Grammar.HexValue(digits[0]) << 4) | Grammar.HexValue(digits[1]));
        return true;
    }
}
