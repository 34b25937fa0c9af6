namespace Pwb.StaticFiles;

/// <summary>A filter for the names of a listing: those that contain a text, regardless of case and accents.</summary>
/// <param name="text">The text; empty for all names.</param>
internal sealed class ListingFilter(string text)
{
    /// <summary>The parameter of the query.</summary>
    public const string Parameter = "filter";

    private readonly string _folded = NameFolding.Fold(text);

    /// <summary>The text as the user typed it.</summary>
    public string Text => text;

    public bool Lets(ContentInfo entry) =>
        _folded.Length == 0 || NameFolding.Fold(entry.Name).Contains(_folded, StringComparison.Ordinal);

    /// <summary>The part of a query that asks for these names, and for something else behind it.</summary>
    /// <param name="parameter">A parameter of the query, or empty.</param>
    public string QueryFor(string parameter)
    {
        if (text.Length == 0) return parameter;
        string own = $"{Parameter}={Uri.EscapeDataString(text)}";
        return parameter.Length == 0 ? own : $"{own}&{parameter}";
    }
}
