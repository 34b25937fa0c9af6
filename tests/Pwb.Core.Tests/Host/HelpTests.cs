using System.Diagnostics;
using System.Text.RegularExpressions;
using Pwb.Host;

namespace Pwb.Tests.Host;

/// <summary>
/// What explains the options: --help, the manual page and the table of the README, which are all made from <see cref="Options"/>.
/// </summary>
public sealed class HelpTests
{
    [Fact]
    public void Help_fits_into_100_columns_and_has_every_option_in_its_group_and_six_examples()
    {
        string help = HelpText.Render();

        help.Split('\n').Should().OnlyContain(line => line.Length <= 100);
        HelpText.Examples.Should().HaveCount(6)
            .And.OnlyContain(example => help.Contains("  " + example.Command, StringComparison.Ordinal));
        help.Should().NotContain("`").And.NotContain("true|false");
        int at = 0;
        foreach (var option in Options.All)
        {
            at = help.IndexOf($" {option.Usage}", at, StringComparison.Ordinal);
            at.Should().BePositive("{0} stands in the order of the groups", option.Name);
        }
    }

    [Fact]
    public void Every_example_is_understood()
    {
        foreach ((string command, _) in HelpText.Examples)
        {
            string[] args = [
                .. Regex.Matches(command, "\"([^\"]*)\"|[^ \"]+")
                    .Select(word => word.Groups[1].Success ? word.Groups[1].Value : word.Value).Skip(1)];
            Arguments.Read(args).Problem.Should().BeNull(command);
        }
    }

    [SkippableFact]
    public async Task The_manual_page_is_read_without_a_warning_and_has_every_option()
    {
        Skip.IfNot(File.Exists("/usr/bin/groff"), "groff is not installed");
        using var groff = Process.Start(new ProcessStartInfo("/usr/bin/groff", ["-man", "-Tascii", "-ww", "-rLL=100n", "-P-c"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await groff.StandardInput.WriteAsync(ManualPage.Render());
        groff.StandardInput.Close();
        Task<string> errors = groff.StandardError.ReadToEndAsync();
        string page = Regex.Replace(await groff.StandardOutput.ReadToEndAsync(), ".\b", "");

        (await errors).Should().BeEmpty();
        page.Should().Contain("--header [pattern=]name: value").And.Contain("*.gz=Content-Encoding: gzip");
        foreach (var option in Options.All)
            page.Should().MatchRegex($@"(?m)^ +(-\w, )?{option.Name}( |\[|$)");
    }

    // To accept a change: run the tests with PWB_ACCEPT_OPTIONS=1, and review the difference.
    [Fact]
    public void The_table_of_the_README_is_made_from_the_options()
    {
        string path = Path.Combine(Docs.Repository.Root, "README.md");
        string readme = File.ReadAllText(path).ReplaceLineEndings("\n");
        var table = new Regex(
            @"^\| option \| meaning \| default \|\n(\|[^\n]*\n)+", RegexOptions.Multiline | RegexOptions.ExplicitCapture);
        table.Matches(readme).Should().ContainSingle();

        if (Environment.GetEnvironmentVariable("PWB_ACCEPT_OPTIONS") == "1")
            File.WriteAllText(path, readme = table.Replace(readme, Table().Replace("$", "$$", StringComparison.Ordinal)));
        table.Match(readme).Value.Should().Be(Table());
    }

    private static string Table()
    {
        IEnumerable<string> rows = Options.All.Select(option =>
        {
            string name = $"`{option.Usage}`" + (option.ShortName is null ? "" : $", `{option.ShortName}`");
            string more = option.More.Length == 0 ? "" : $". {option.More.TrimEnd('.')}";
            string meaning = (option.Summary + more).Replace("|", "\\|", StringComparison.Ordinal);
            return $"| {name} | {meaning} | {option.Default} |\n".Replace(" |  |", " | |", StringComparison.Ordinal);
        });
        return $"| option | meaning | default |\n|---|---|---|\n| `[directory]` | {Options.DirectorySummary} | |\n"
            + string.Concat(rows);
    }
}
