using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Pwb.Tests.Docs;

/// <summary>The documents are true: their C# is code that runs, and the tests and files that they name exist.</summary>
public sealed class ReadmeTests
{
    private static readonly string Root = RepositoryRoot();
    private static readonly string Snippets = Read("tests/Pwb.Core.Tests/Docs/Snippets.cs");

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh-CN.md")]
    public void Every_block_of_CSharp_is_a_snippet_that_runs(string document) =>
        CSharpBlocks(document).Select(WithoutUsings).Should().Equal(Regions());

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh-CN.md")]
    public void The_usings_above_the_blocks_are_those_of_the_snippets(string document)
    {
        string project = Read("tests/Pwb.Core.Tests/Pwb.Core.Tests.csproj");
        foreach (string name in CSharpBlocks(document).SelectMany(UsingsOf))
        {
            (Snippets.Contains($"using {name};\n", StringComparison.Ordinal) || project.Contains($"<Using Include=\"{name}\" />", StringComparison.Ordinal))
                .Should().BeTrue("the snippets are compiled with {0}", name);
        }
    }

    [Fact]
    public void Every_test_that_a_document_names_exists()
    {
        foreach (Match name in Documents().SelectMany(document => Regex.Matches(Read(document), @"`(?<type>\w+Tests)(?:\.(?<method>\w+))?`")))
        {
            string declaration = name.Groups["method"].Success ? $" {name.Groups["method"].Value}(" : $" class {name.Groups["type"].Value}";
            Files("tests", name.Groups["type"].Value + ".cs").Should().Contain(file => File.ReadAllText(file).Contains(declaration, StringComparison.Ordinal), "a document names {0}", name.Value);
        }
    }

    [Fact]
    public void Every_file_that_a_document_points_to_exists()
    {
        foreach (string document in Documents())
        {
            foreach (Match link in Regex.Matches(Read(document), @"\]\((?!https?:|#)(?<file>[^)#]+)"))
                File.Exists(Path.Combine(Root, link.Groups["file"].Value)).Should().BeTrue("{0} points to {1}", document, link.Groups["file"].Value);
        }
    }

    [Fact]
    public void Every_source_file_that_the_architecture_names_exists()
    {
        foreach (Match name in Regex.Matches(Read("ARCHITECTURE.md"), @"`(?:(?:Protocol|Connections|Server)/)?(?<file>\w+\.cs)`"))
            Files("src", name.Groups["file"].Value).Should().ContainSingle("ARCHITECTURE.md names {0}", name.Value);
    }

    private static string[] Files(string folder, string name) => Directory.GetFiles(Path.Combine(Root, folder), name, SearchOption.AllDirectories);

    private static IEnumerable<string> Documents() => Directory.GetFiles(Root, "*.md").Select(file => Path.GetFileName(file));

    private static IEnumerable<string> CSharpBlocks(string document) =>
        Regex.Matches(Read(document), @"^```csharp\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline).Select(block => block.Groups["code"].Value);

    private static IEnumerable<string> UsingsOf(string block) =>
        Regex.Matches(block, @"^using (?<name>[\w.]+);\n", RegexOptions.Multiline).Select(line => line.Groups["name"].Value);

    private static string WithoutUsings(string block) => Regex.Replace(block, @"\A(?:using [\w.]+;\n)+\n", "");

    private static IEnumerable<string> Regions() =>
        Regex.Matches(Snippets, @"^ *// <(?<name>[\w-]+)>\n(?<code>.*?)^ *// </\k<name>>$", RegexOptions.Multiline | RegexOptions.Singleline)
            .Select(region => Outdent(region.Groups["code"].Value));

    private static string Outdent(string region)
    {
        int indent = region.Length - region.TrimStart(' ').Length;
        return Regex.Replace(region, $"^ {{{indent}}}", "", RegexOptions.Multiline);
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Root, file)).ReplaceLineEndings("\n");

    private static string RepositoryRoot([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));
}
