namespace Pwb.StaticFiles;

/// <summary>
/// Names as people compare and look for them: without case, accents and widths. The same on every machine, whatever it knows of
/// cultures: a listing continues at the name where the page before ended.
/// </summary>
internal static class NameFolding
{
    // The letters without their accents of U+00C0 to U+017F, and of U+1EA0 to U+1EF9, which are Vietnamese.
    private const string Latin =
        "AAAAAAACEEEEIIIIDNOOOOO\u00D7OUUUUYTSAAAAAAACEEEEIIIIDNOOOOO\u00F7OUUUUYTY"
        + "AAAAAACCCCCCCCDDDDEEEEEEEEEEGGGGGGGGHHHHIIIIIIIIIIIIJJKKKLLLLLLL"
        + "LLLNNNNNNNNNOOOOOOOORRRRRRSSSSSSSSTTTTTTUUUUUUUUUUUUWWYYYZZZZZZS";

    private const string Vietnamese =
        "AAAAAAAAAAAAAAAAAAAAAAAAEEEEEEEEEEEEEEEEIIIIOOOOOOOOOOOOOOOOOOOOOOOOUUUUUUUUUUUUUUYYYYYYYY";

    /// <summary>The capital letter without what stands on it; other characters stay as they are.</summary>
    public static char Fold(char character) => character switch
    {
        < '\u00C0' => char.ToUpperInvariant(character),
        <= '\u017F' => Latin[character - '\u00C0'],
        '\u01A0' or '\u01A1' => 'O', // Vietnamese too
        '\u01AF' or '\u01B0' => 'U',
        >= '\u1EA0' and <= '\u1EF9' => Vietnamese[character - '\u1EA0'],
        >= '\uFF01' and <= '\uFF5E' => char.ToUpperInvariant((char)(character - 0xFEE0)), // wide forms of ASCII
        _ => char.ToUpperInvariant(character),
    };

    /// <summary>Whether a character only stands on the one before it, as macOS writes accents.</summary>
    public static bool IsMark(char character) => character is >= '\u0300' and <= '\u036F';

    /// <summary>A text folded, without marks.</summary>
    public static string Fold(string text)
    {
        Span<char> folded = text.Length <= 256 ? stackalloc char[text.Length] : new char[text.Length];
        int length = 0;
        foreach (char character in text)
        {
            if (!IsMark(character)) folded[length++] = Fold(character);
        }

        return new string(folded[..length]);
    }
}
