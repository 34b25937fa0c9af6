namespace Pwb.StaticFiles;

/// <summary>
/// Media types by file extension: those of content-types.txt beside this file, and before them those of the caller.
/// </summary>
internal sealed class ContentTypes
{
    private const string Unknown = "application/octet-stream";

    // Not frozen: it is asked once for each file that comes into memory, and to freeze it takes longer than to read it.
    private static readonly Lazy<Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>>> BuiltIn = new(Load);

    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _overrides;

    /// <param name="overrides">Media types by extension, with its dot, in any case. They are used as they are.</param>
    public ContentTypes(IReadOnlyDictionary<string, string> overrides)
    {
        Dictionary<string, string> types = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string extension, string type) in overrides) types[extension] = type;
        _overrides = types.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The value of Content-Type for a file, by what follows the last dot of its name.</summary>
    public string Get(string fileName)
    {
        ReadOnlySpan<char> extension = Path.GetExtension(fileName.AsSpan());
        if (_overrides.TryGetValue(extension, out string? type)) return type;
        return BuiltIn.Value.TryGetValue(extension, out type) ? type : Unknown;
    }

    private static Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Load()
    {
        Dictionary<string, string> types = new(StringComparer.OrdinalIgnoreCase);
        using Stream stream = typeof(ContentTypes).Assembly.GetManifestResourceStream("content-types.txt")!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string type = WithCharset(words[0]);
            foreach (string extension in words.AsSpan(1)) types.Add("." + extension, type);
        }

        return types.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>
    /// Text without a charset is guessed by browsers, so it gets one. JSON is UTF-8 and has no such parameter (RFC 8259 §11). XML
    /// and SVG declare their own charset, which a parameter would overrule (RFC 7303 §3).
    /// </summary>
    private static string WithCharset(string type) =>
        type.StartsWith("text/", StringComparison.Ordinal) ? type + "; charset=utf-8" : type;
}
