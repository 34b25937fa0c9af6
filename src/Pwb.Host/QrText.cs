using System.Text;

namespace Pwb.Host;

/// <summary>A QR code in a terminal: two modules in each character. Light is written, as the paper that the code is on.</summary>
internal static class QrText
{
    private const int Margin = 4; // ISO/IEC 18004 §6.3.8

    /// <param name="code">The code.</param>
    /// <param name="hasColour">Whether the terminal can show a light background; otherwise it has to be dark itself.</param>
    public static string Render(QrCode code, bool hasColour)
    {
        var text = new StringBuilder();
        for (int y = -Margin; y < code.Size + Margin; y += 2)
        {
            text.Append(hasColour ? "\e[97;40m" : "");
            for (int x = -Margin; x < code.Size + Margin; x++)
            {
                text.Append((code[x, y], code[x, y + 1]) switch
                {
                    (false, false) => '\u2588',
                    (false, true) => '\u2580',
                    (true, false) => '\u2584',
                    _ => ' ',
                });
            }

            text.Append(hasColour ? "\e[0m" : "").Append(Environment.NewLine);
        }

        return text.ToString();
    }
}
