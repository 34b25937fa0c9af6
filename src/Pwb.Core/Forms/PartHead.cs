using System.Text;
using Pwb.Http;
using Pwb.Protocol;

namespace Pwb.Forms;

/// <summary>
/// The header lines of a part: RFC 7578 §4. Content-Disposition appears once, with a name; Content-Type is optional. All other
/// fields are ignored, also Content-Transfer-Encoding (§4.7).
/// </summary>
internal sealed class PartHead
{
    private bool _hasDisposition;
    private string? _fileName;
    private string? _extended;

    public string? Name { get; private set; }

    /// <summary>The name of the file as text, without folders; null for a field.</summary>
    public string? FileName => _extended ?? _fileName;

    public string? ContentType { get; private set; }

    /// <summary>The charset that the part says it has; null if it does not.</summary>
    public byte[]? Charset { get; private set; }

    /// <exception cref="RequestRejectedException">A line that counts is there twice, or malformed.</exception>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Ascii.EqualsIgnoreCase(name, "Content-Disposition"u8)) AddDisposition(value);
        if (!Ascii.EqualsIgnoreCase(name, "Content-Type"u8)) return;
        if (ContentType is not null) throw FormErrors.Malformed("A part of the form has two content types.");

        ContentType = Encoding.Latin1.GetString(value);
        ReadOnlySpan<byte> charset = new MediaType(value).Charset;
        Charset = charset.IsEmpty ? null : charset.ToArray();
    }

    /// <exception cref="RequestRejectedException">The part has no name.</exception>
    public void Check(FormLimits limits)
    {
        if (Name is null) throw FormErrors.Malformed("A part of the form has no name.");
        FormErrors.CheckName(Name, limits);
    }

    private void AddDisposition(ReadOnlySpan<byte> value)
    {
        int semicolon = value.IndexOf((byte)';');
        ReadOnlySpan<byte> type = Grammar.TrimWhiteSpace(semicolon < 0 ? value : value[..semicolon]);
        if (_hasDisposition || !Ascii.EqualsIgnoreCase(type, "form-data"u8))
            throw FormErrors.Malformed("A part of the form is not form-data, or is it twice.");

        _hasDisposition = true;
        FieldParameters parameters = new(semicolon < 0 ? [] : value[semicolon..]);
        while (parameters.MoveNext())
        {
            if (parameters.Is("name"u8)) Name = Once(Name, Text(parameters));
            else if (parameters.Is("filename"u8)) _fileName = Once(_fileName, WithoutFolders(Text(parameters)));
            else if (parameters.Is("filename*"u8)) _extended = Once(_extended, WithoutFolders(ExtendedText(parameters.Value)));
        }

        if (parameters.IsMalformed) throw FormErrors.Malformed("The Content-Disposition of a part is malformed.");
    }

    private static string Once(string? before, string value) =>
        before is null ? value : throw FormErrors.Malformed("A part of the form has two names.");

    // Browsers write a quote, CR and LF as escapes, and a percent sign as it is (HTML, "multipart form data"): so these three are
    // read, and no other.
    private static string Text(in FieldParameters parameters) => Encoding.UTF8.GetString(parameters.Unescape())
        .Replace("%22", "\"", StringComparison.Ordinal)
        .Replace("%0D", "\r", StringComparison.OrdinalIgnoreCase)
        .Replace("%0A", "\n", StringComparison.OrdinalIgnoreCase);

    // RFC 8187 §3.2: charset, language and escaped text, between apostrophes. RFC 7578 §4.2 forbids it; HttpClient and others
    // send it.
    private static string ExtendedText(ReadOnlySpan<byte> value)
    {
        int first = value.IndexOf((byte)'\''), second = first < 0 ? -1 : value[(first + 1)..].IndexOf((byte)'\'') + first + 1;
        bool isUtf8 = first > 0 && Ascii.EqualsIgnoreCase(value[..first], "utf-8"u8);
        bool isKnown = second > first && (isUtf8 || Ascii.EqualsIgnoreCase(value[..first], "iso-8859-1"u8));
        ReadOnlySpan<byte> text = isKnown ? value[(second + 1)..] : [];
        if (!isKnown || !Grammar.HasOnlyWholeEscapes(text, isPrefix: false))
            throw FormErrors.Malformed("A file name of the form is malformed.");
        byte[] bytes = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            bool isEscape = text[i] == '%';
            bytes[length++] = isEscape ? (byte)((Grammar.HexValue(text[i + 1]) << 4) | Grammar.HexValue(text[i + 2])) : text[i];
            if (isEscape) i += 2;
        }

        return (isUtf8 ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes.AsSpan(0, length));
    }

    // Folders belong to the client (RFC 7578 §4.2), in the spelling of its system. The remaining name is not a folder either.
    private static string WithoutFolders(string fileName)
    {
        string name = fileName[(fileName.AsSpan().LastIndexOfAny('/', '\\') + 1)..];
        return name is "." or ".." ? "" : name;
    }
}
