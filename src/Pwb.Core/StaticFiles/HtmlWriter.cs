using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pwb.StaticFiles;

/// <summary>Writes HTML as UTF-8. Markup is PWB's own and written as it is; text may come from anyone, and is escaped.</summary>
internal sealed class HtmlWriter(int capacity)
{
    /// <summary>
    /// Characters that text may not bring along: those of markup; controls; and formatting that is invisible itself but changes
    /// how its surroundings look, by which <c>gpj.exe</c> can be made to look like <c>exe.jpg</c>. The joiners and marks that
    /// scripts need stay.
    /// </summary>
    private static readonly SearchValues<char> Special = SearchValues.Create(
        "&<>\"'" + string.Concat(Range('\0', '\x1F')) + string.Concat(Range('\x7F', '\x9F')) +
        "\u200B\u2028\u2029\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\uFEFF");

    private readonly ArrayBufferWriter<byte> _output = new(capacity);

    public ReadOnlyMemory<byte> Content => _output.WrittenMemory;

    public HtmlWriter Markup(ReadOnlySpan<byte> markup)
    {
        _output.Write(markup);
        return this;
    }

    /// <summary>
    /// Writes the text of an element, or of an attribute in double quotes. Special characters that are not markup are made
    /// visible.
    /// </summary>
    public HtmlWriter Text(ReadOnlySpan<char> text) => Escaped(text, isMarked: false);

    /// <summary>
    /// Writes the text of an element. Special characters that are not markup become their code points, each in an <c>i</c>
    /// element.
    /// </summary>
    public HtmlWriter MarkedText(ReadOnlySpan<char> text) => Escaped(text, isMarked: true);

    public HtmlWriter Value<T>(T value, string format = "")
        where T : IUtf8SpanFormattable
    {
        const int MaxLength = 64; // a number with its separators, or a date
        bool fits = value.TryFormat(_output.GetSpan(MaxLength), out int written, format, CultureInfo.InvariantCulture);
        System.Diagnostics.Debug.Assert(fits, "longer than any number or date");
        _output.Advance(written);
        return this;
    }

    private HtmlWriter Escaped(ReadOnlySpan<char> text, bool isMarked)
    {
        for (int at = text.IndexOfAny(Special); at >= 0; at = text.IndexOfAny(Special))
        {
            Encoding.UTF8.GetBytes(text[..at], _output);
            switch (text[at])
            {
                case '&': Markup("&amp;"u8); break;
                case '<': Markup("&lt;"u8); break;
                case '>': Markup("&gt;"u8); break;
                case '"': Markup("&quot;"u8); break;
                case '\'': Markup("&#39;"u8); break;
                case char other when isMarked: Markup("<i>U+"u8).Value((int)other, "X4").Markup("</i>"u8); break;
                default: Markup("\uFFFD"u8); break;
            }

            text = text[(at + 1)..];
        }

        Encoding.UTF8.GetBytes(text, _output);
        return this;
    }

    private static IEnumerable<char> Range(char first, char last) =>
        Enumerable.Range(first, last - first + 1).Select(value => (char)value);
}
