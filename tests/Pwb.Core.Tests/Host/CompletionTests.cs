using System.ComponentModel;
using System.Diagnostics;
using Pwb.Host;

namespace Pwb.Tests.Host;

/// <summary>The scripts that complete options, run by the shells that are installed here.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-completion-");

    public CompletionTests() => _folder.CreateSubdirectory("my site");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("powershell")]
    public void Each_shell_gets_every_option(string shell)
    {
        string script = Completion.Render(shell);

        foreach (var option in Options.All)
            script.Should().Contain(shell == "fish" ? $"-l {option.Name[2..]} " : option.Name);
    }

    [SkippableTheory]
    [InlineData("--po", "--port")]
    [InlineData("--log-level\nwar", "warning")]
    [InlineData("--port\n", "")]
    [InlineData("--listing\nmy", "my site")]
    [InlineData("--cl", "--clean-urls")]
    public async Task Bash_completes(string typed, string expected)
    {
        string[] words = ["pwb", .. typed.Split('\n')];
        string quoted = string.Join(' ', words.Select(word => $"'{word}'"));
        string script = Completion.Render("bash")
            + $"COMP_WORDS=({quoted}); COMP_CWORD={words.Length - 1}; _pwb; printf '%s\\n' \"${{COMPREPLY[@]}}\"\n";

        (await RunAsync("bash", "--norc", "-c", script)).Should().Be(expected + "\n");
    }

    [SkippableTheory]
    [InlineData("pwb --por", "--port")]
    [InlineData("pwb --log-level war", "warning")]
    [InlineData("pwb --listing my", "my site/")]
    public async Task Fish_completes(string typed, string expected)
    {
        string script = Completion.Render("fish") + $"complete -C '{typed}'\n";

        (await RunAsync("fish", "--no-config", "-c", script)).Split('\n')[0].Split('\t')[0].Should().Be(expected);
    }

    [SkippableFact]
    public async Task Zsh_reads_its_script() =>
        (await RunAsync(
            "zsh", "-f", "-c",
            "autoload -U compinit; compinit -u -D\n" + Completion.Render("zsh") + "print $_comps[pwb]")).Should().Be("_pwb\n");

    private async Task<string> RunAsync(string shell, params string[] args)
    {
        Process? process = null;
        try
        {
            process = Process.Start(
                new ProcessStartInfo(shell, args)
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    UseShellExecute = false,
                    WorkingDirectory = _folder.FullName,
                });
        }
        catch (Win32Exception)
        {
            Skip.If(true, $"{shell} is not installed");
        }

        using (process)
        {
            Task<string> errors = process!.StandardError.ReadToEndAsync();
            string output = await process.StandardOutput.ReadToEndAsync();
            (await errors).Should().BeEmpty();
            return output;
        }
    }
}
