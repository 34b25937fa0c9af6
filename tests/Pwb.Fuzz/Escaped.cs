using System.Globalization;
using System.Text;

namespace Pwb.Fuzz;

/// <summary>Bytes as text that a terminal shows and a reader can tell apart.</summary>
internal static class Escaped
{
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new("\"");
        foreach (byte b in bytes)
        {
            text.Append(b switch
            {
                (byte)'\r' => "\\r",
                (byte)'\n' => "\\n",
                (byte)'\t' => "\\t",
                (byte)'"' => "\\\"",
                (byte)'\\' => @"\\",
                >= 0x20 and < 0x7F => ((char)b).ToString(),
                _ => string.Create(CultureInfo.InvariantCulture, $"\\x{b:X2}"),
            });
        }

        return text.Append('"').ToString();
    }
}
