using System.Text;

namespace Pwb.Tests.Infrastructure;

/// <summary>Literal bytes for tests: every char from U+0000 to U+00FF is the byte of that value.</summary>
internal static class Latin1
{
    public static byte[] Bytes(string text)
    {
        foreach (char c in text)
            if (c > 0xFF) throw new ArgumentException($"U+{(int)c:X4} is not a byte; write the bytes out.", nameof(text));
        return Encoding.Latin1.GetBytes(text);
    }

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>A readable, unambiguous form for failure messages, cut in the middle when it is long.</summary>
    public static string Show(string text)
    {
        if (text.Length > 2000) text = text[..1000] + "[...]" + text[^1000..];
        var shown = new StringBuilder();
        foreach (char c in text)
        {
            _ = c switch
            {
                '\r' => shown.Append("\\r"),
                '\n' => shown.Append("\\n"),
                '\t' => shown.Append("\\t"),
                '\\' => shown.Append("\\\\"),
                < ' ' or > '~' =>
                    shown.Append("\\x").Append(((int)c).ToString("X2", System.Globalization.CultureInfo.InvariantCulture)),
                _ => shown.Append(c),
            };
        }

        return shown.ToString();
    }
}
