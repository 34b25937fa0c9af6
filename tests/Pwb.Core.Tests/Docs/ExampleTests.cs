using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Pwb.Tests.Docs;

/// <summary>The documentation comments of the library show how its types are used, by code that compiles.</summary>
public sealed class ExampleTests
{
    private static readonly XDocument Comments = XDocument.Load(
        Path.ChangeExtension(typeof(PwbServer).Assembly.Location, ".xml"));

    [Fact]
    public void Every_public_type_has_an_example_of_its_own_or_of_a_member()
    {
        foreach (Type type in typeof(PwbServer).Assembly.GetExportedTypes().Where(type => !type.IsEnum && !type.IsNested))
        {
            string name = type.FullName!;
            Comments.Descendants("member").Should().Contain(
                member =>
                    Regex.IsMatch(member.Attribute("name")!.Value, $@"^(T:{Regex.Escape(name)}$|[MPF]:{Regex.Escape(name)}\.)")
                        && member.Descendants("code").Any(),
                "{0} is shown to a reader who has only its documentation", name);
        }
    }

    [Fact]
    public void Every_example_is_compiled_word_for_word()
    {
        string compiled = string.Concat(Repository.Files.Where(file => Regex.IsMatch(file, @"/Docs/Examples(\.\w+)?\.cs$"))
            .Select(file => Blanks(Repository.Read(file))));
        foreach (string code in Comments.Descendants("code").Select(code => code.Value).Where(
            code => !code.TrimStart().StartsWith('<')))
            compiled.Contains(Blanks(code), StringComparison.Ordinal).Should().BeTrue(
                "a part of Examples is to have this example: {0}", code);
    }

    private static string Blanks(string code) => Regex.Replace(code, @"\s+", " ").Trim();
}
