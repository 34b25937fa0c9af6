using System.Text.RegularExpressions;

namespace Pwb.Tests.Docs;

/// <summary>
/// The documents are true: their C# is code that is compiled and runs, and the tests, files and headings that they name exist.
/// </summary>
public sealed class DocumentTests
{
    public static TheoryData<string> Documents => [.. Document.All.Select(document => document.Path)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_block_of_CSharp_is_a_compiled_snippet(string path)
    {
        Document document = new(path);
        foreach (string block in document.CSharpBlocks)
        {
            Snippet[] same = [.. Snippet.All.Where(snippet => snippet.Code == WithoutUsings(block))];
            same.Should().NotBeEmpty("{0} has this block, which is to be a snippet word for word:\n{1}", path, block);
            foreach (string name in UsingsOf(block))
                same.Should().Contain(snippet => snippet.IsCompiledWith(name), "{0} shows `using {1}`", path, name);
        }

        document.CSharpFences.Should().Equal(
            document.CSharpBlocks.Select(_ => "```csharp"), "a block that begins otherwise would not be compared");
    }

    [Fact]
    public void Every_snippet_is_in_a_document()
    {
        string[] blocks = [.. Document.All.SelectMany(document => document.CSharpBlocks).Select(WithoutUsings)];

        Snippet.All.Should().OnlyContain(snippet => blocks.Contains(snippet.Code));
    }

    [Fact]
    public void Every_marker_of_a_snippet_has_its_counterpart_and_every_name_is_there_once()
    {
        Snippet.All.Should().NotBeEmpty().And.OnlyHaveUniqueItems(snippet => snippet.Name);
        Snippet.Markers.Should().BeEquivalentTo(
            Snippet.All.SelectMany(snippet => Enumerable.Repeat($"{snippet.File}: {snippet.Name}", 2)));
    }

    [Fact]
    public void Both_READMEs_have_the_same_CSharp() =>
        new Document("README.zh-CN.md").CSharpBlocks.Should().Equal(new Document("README.md").CSharpBlocks);

    [Fact]
    public void Every_test_that_a_document_names_exists()
    {
        foreach (Match name in Document.All.SelectMany(
            document => Regex.Matches(document.Text, @"`(?<type>\w+Tests)(?:\.(?<method>\w+))?`")))
        {
            string declaration =
                name.Groups["method"].Success ? $" {name.Groups["method"].Value}(" : $" class {name.Groups["type"].Value}";
            Regex part = new($@"(^|/){name.Groups["type"].Value}(\.\w+)?\.cs$"); // a class may have several
            Repository.Files.Where(file => part.IsMatch(file)).Should().Contain(
                file => Repository.Read(file).Contains(declaration, StringComparison.Ordinal), "a document names {0}",
                name.Value);
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_file_and_every_heading_that_a_document_points_to_exists(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        foreach ((string file, string heading) in new Document(path).Links)
        {
            string target = file.Length == 0
                ? path : Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, folder, file)).Replace('\\', '/');
            Path.Exists(Path.Combine(Repository.Root, target)).Should().BeTrue("{0} points to {1}", path, file);
            if (heading.Length > 0)
                new Document(target).Headings.Should().Contain(heading, "{0} points there in {1}", path, target);
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_source_file_that_a_document_names_exists(string path)
    {
        foreach (Match name in Regex.Matches(new Document(path).Text, @"`(?<file>[\w./-]+\.cs)`"))
            FilesNamed(name.Groups["file"].Value).Should().NotBeEmpty("{0} names {1}", path, name.Value);
    }

    [Fact]
    public void Every_source_file_that_the_architecture_names_is_one_of_the_library()
    {
        foreach (Match name in Regex.Matches(
            Repository.Read("ARCHITECTURE.md"), @"`(?:(?:Protocol|Connections|Server)/)?(?<file>\w+\.cs)`"))
            FilesNamed(name.Groups["file"].Value).Should().ContainSingle(
                file => file.StartsWith("src/", StringComparison.Ordinal), "ARCHITECTURE.md names {0}", name.Value);
    }

    // "{seconds:F1}" is 1,5 in half of the world, which no field and no file wants.
    [Fact]
    public void Numbers_in_code_that_is_copied_are_the_same_under_every_culture()
    {
        IEnumerable<string> samples = Repository.Files
            .Where(file =>
                file.StartsWith("samples/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))
            .Select(Repository.Read);
        foreach (string line in Document.All.SelectMany(document => document.CSharpBlocks).Concat(samples)
            .SelectMany(code => code.Split('\n')))
        {
            bool hasFormat = Regex.IsMatch(line, @"\$"".*\{[^{}""]*:[CEFGNPRcefgnpr]\d*\}");
            (hasFormat && !line.Contains("InvariantCulture", StringComparison.Ordinal)).Should().BeFalse("in: {0}", line);
        }
    }

    private static IEnumerable<string> FilesNamed(string name) =>
        Repository.Files.Where(file => $"/{file}".EndsWith($"/{name}", StringComparison.Ordinal));

    private static IEnumerable<string> UsingsOf(string block) =>
        Regex.Matches(block, @"^using (?<name>[\w.]+);\n", RegexOptions.Multiline).Select(line => line.Groups["name"].Value);

    private static string WithoutUsings(string block) => Regex.Replace(block, @"\A(?:using [\w.]+;\n)+\n", "");
}
