using System.Text;
using Pwb.Http;

namespace Pwb.Telemetry;

/// <summary>
/// Hides the values of a query's secret parameters from whatever is written down:
/// <see cref="PwbServerOptions.SecretQueryParameters"/>.
/// </summary>
internal sealed class QueryMask(IReadOnlyList<string> names)
{
    /// <summary>Whether this can be the name of a parameter, as it stands in a query.</summary>
    public static bool IsValid(string? name)
    {
        if (string.IsNullOrEmpty(name)) return false;
        foreach (char character in name)
            if (character is <= ' ' or >= '\x7F' or '&' or '=') return false;
        return true;
    }

    /// <summary>A URL, or a line that has one in it, with the secrets of its query masked.</summary>
    public ReadOnlySpan<byte> MaskUrl(ReadOnlySpan<byte> text)
    {
        int question = text.IndexOf((byte)'?');
        return question < 0 ? text : Mask(text, question + 1);
    }

    /// <summary>A query, without its question mark, with its secrets masked.</summary>
    public ReadOnlySpan<byte> MaskQuery(ReadOnlySpan<byte> query) => Mask(query, 0);

    private ReadOnlySpan<byte> Mask(ReadOnlySpan<byte> text, int start)
    {
        List<byte>? masked = null;
        int copied = 0;
        for (int at = start; at <= text.Length;)
        {
            int length = text[at..].IndexOf((byte)'&');
            int end = length < 0 ? text.Length : at + length;
            if (NameLength(text[at..end]) is var name and > 0)
            {
                masked ??= new List<byte>(text.Length);
                masked.AddRange(text[copied..(at + name)]);
                masked.AddRange("=REDACTED"u8);
                copied = end;
            }

            at = end + 1;
        }

        if (masked is null) return text;
        masked.AddRange(text[copied..]);
        return masked.ToArray();
    }

    // The length of a pair's name if the name is secret, however it is escaped, else 0.
    private int NameLength(ReadOnlySpan<byte> pair)
    {
        int length = pair.IndexOf((byte)'=');
        if (length <= 0) return 0;
        foreach (string name in names)
        {
            if (Ascii.Equals(pair[..length], name) || UrlEncoded.Is(pair[..length], name)) return length;
        }

        return 0;
    }
}
