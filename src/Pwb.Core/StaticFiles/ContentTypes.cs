using System.Collections.Frozen;

namespace Pwb.StaticFiles;

/// <summary>
/// Media types by file extension: those of content-types.txt beside this file, which come from the IANA registry and what browsers need, and those of the caller.
/// </summary>
internal sealed class ContentTypes
{
    private const string Unknown = "application/octet-stream";

    private static readonly Lazy<FrozenDictionary<string, string>> BuiltIn = new(Load);

    private readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _overrides;

    /// <param name="overrides">Media types by extension, with its dot, in any case. They are used as they are.</param>
    public ContentTypes(IReadOnlyDictionary<string, string> overrides) =>
        _overrides = overrides.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The value of Content-Type for a file, by what follows the last dot of its name.</summary>
    public string Get(string fileName)
    {
        ReadOnlySpan<char> extension = Path.GetExtension(fileName.AsSpan());
        if (_overrides.TryGetValue(extension, out string? type)) return type;
        return BuiltIn.Value.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(extension, out type) ? type : Unknown;
    }

    private static FrozenDictionary<string, string> Load()
    {
        Dictionary<string, string> types = new(StringComparer.OrdinalIgnoreCase);
        using Stream stream = typeof(ContentTypes).Assembly.GetManifestResourceStream("content-types.txt")!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            foreach (string extension in words.AsSpan(1)) types.Add("." + extension, WithCharset(words[0]));
        }

        return types.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Without a charset, a browser guesses that of text. Not so for JSON, which is UTF-8 and has no such parameter (RFC 8259 §11), nor for XML and SVG,
    /// which say it themselves and would be overruled (RFC 7303 §3).
    /// </summary>
    private static string WithCharset(string type) => type.StartsWith("text/", StringComparison.Ordinal) ? type + "; charset=utf-8" : type;
}
