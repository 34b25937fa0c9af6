using System.Text.RegularExpressions;

namespace Pwb.Tests.Docs;

/// <summary>A document of the repository, in Markdown.</summary>
/// <param name="path">Its path below the root.</param>
internal sealed class Document(string path)
{
    private const RegexOptions Lines = RegexOptions.Multiline | RegexOptions.Singleline;

    public static IReadOnlyList<Document> All { get; } = [
        .. Repository.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal)).Select(file => new Document(file))];

    public string Path { get; } = path;

    public string Text { get; } = Repository.Read(path);

    /// <summary>The blocks that are marked as C#, in the one way that is taken for it.</summary>
    public IEnumerable<string> CSharpBlocks =>
        Regex.Matches(Text, @"^```csharp\n(?<code>.*?)^```$", Lines).Select(block => block.Groups["code"].Value);

    /// <summary>The lines that begin a block of C#, however they are written.</summary>
    public IEnumerable<string> CSharpFences =>
        Regex.Matches(Text, @"^[ >]*(?:```+|~~~+) *(?:csharp|c#|cs)(?!\w)[^\n]*$",
            RegexOptions.Multiline | RegexOptions.IgnoreCase).Select(fence => fence.Value);

    /// <summary>What it points to that is not on the web: a file, a heading, or a heading in a file.</summary>
    public IEnumerable<(string File, string Heading)> Links =>
        Regex.Matches(Prose, @"\]\((?!https?:)(?<file>[^)#\s]*)(?:#(?<heading>[^)\s]*))?\)").Select(
            link => (link.Groups["file"].Value, link.Groups["heading"].Value));

    /// <summary>The anchors of its headings, as GitHub makes them.</summary>
    public IEnumerable<string> Headings =>
        Regex.Matches(Prose, "^#+ (?<heading>.*)$", RegexOptions.Multiline)
            .Select(
                heading => Regex.Replace(heading.Groups["heading"].Value.ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-'));

    /// <summary>All but the blocks of code.</summary>
    private string Prose => Regex.Replace(Text, "^```.*?^```$", "", Lines);
}
