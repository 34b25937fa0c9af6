using System.Text.RegularExpressions;

namespace Pwb.Tests.Docs;

/// <summary>
/// A piece of C# that is compiled in a folder Docs of a test project, and stands in a document: what is between the lines
/// <c>// &lt;name&gt;</c> and <c>// &lt;/name&gt;</c>.
/// </summary>
/// <param name="Name">The name in its markers.</param>
/// <param name="Code">Its lines, as far to the left as they go.</param>
/// <param name="File">The path of its file.</param>
internal sealed record Snippet(string Name, string Code, string File)
{
    public static IReadOnlyList<string> SourceFiles { get; } = [
        .. Repository.Files.Where(file => Regex.IsMatch(file, @"^(?:tests/[^/]+/Docs|samples/[^/]+)/.*\.cs$"))];

    public static IReadOnlyList<Snippet> All { get; } = [.. SourceFiles.SelectMany(In)];

    /// <summary>Every line that looks like a marker, as <c>file: name</c>.</summary>
    public static IEnumerable<string> Markers =>
        SourceFiles.SelectMany(
            file =>
                Regex.Matches(Repository.Read(file), @"^ *// </?(?<name>[\w-]+)>$", RegexOptions.Multiline).Select(
                    marker => $"{file}: {marker.Groups["name"].Value}"));

    /// <summary>Whether a namespace is imported where it is compiled.</summary>
    public bool IsCompiledWith(string name)
    {
        string project = Repository.Files.Single(
            file => Regex.IsMatch(file, $"^{Regex.Escape(string.Join('/', File.Split('/')[..2]))}/[^/]+\\.csproj$"));
        return Repository.Read(File).Contains($"using {name};\n", StringComparison.Ordinal)
            || Repository.Read(project).Contains($"<Using Include=\"{name}\" />", StringComparison.Ordinal);
    }

    private static IEnumerable<Snippet> In(string file) =>
        Regex.Matches(Repository.Read(file), @"^ *// <(?<name>[\w-]+)>\n(?<code>.*?)^ *// </\k<name>>$",
            RegexOptions.Multiline | RegexOptions.Singleline)
            .Select(region => new Snippet(region.Groups["name"].Value, Outdent(region.Groups["code"].Value), file));

    private static string Outdent(string code)
    {
        int indent = code.Length - code.TrimStart(' ').Length;
        return Regex.Replace(code, $"^ {{{indent}}}", "", RegexOptions.Multiline);
    }
}
