using System.Text;

namespace Pwb.Protocol;

/// <summary>
/// Writes field lines in their wire format, to be parsed again. The parser then finds the given names and values.
/// </summary>
internal static class FieldSectionText
{
    /// <summary>
    /// Appends the lines. Each is one line with one colon behind its name; everything else is the parser's to see.
    /// </summary>
    /// <exception cref="ArgumentException">A line is not one line of bytes.</exception>
    public static void Append(StringBuilder text, ReadOnlySpan<(string Name, string Value)> lines, string parameterName)
    {
        foreach ((string name, string value) in lines)
        {
            if (name is null || value is null) throw new ArgumentException("A field has a name and a value.", parameterName);
            if (name.AsSpan().ContainsAny('\r', '\n', ':') || value.AsSpan().ContainsAny('\r', '\n'))
                throw new ArgumentException("A field line holds a line break, or its name a colon.", parameterName);
            if (name.AsSpan().ContainsAnyExceptInRange('\0', '\xFF') || value.AsSpan().ContainsAnyExceptInRange('\0', '\xFF'))
                throw new ArgumentException(
                    "A field line is made of bytes: it cannot hold characters above U+00FF.", parameterName);
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }
    }
}
