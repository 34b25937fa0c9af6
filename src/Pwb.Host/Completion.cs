using System.Globalization;
using System.Text;

namespace Pwb.Host;

/// <summary>Scripts that let a shell complete options, their values and directories.</summary>
internal static class Completion
{
    private static IEnumerable<Option> WithChoices => Options.All.Where(option => option.BareValue is null && option.Choices.Count > 0);

    private static IEnumerable<Option> WithPaths => Options.All.Where(option => option.TakesPath);

    private static IEnumerable<Option> WithOtherValues => Options.All.Where(option => option is { BareValue: null, Choices.Count: 0, TakesPath: false });

    /// <param name="shell">One of <see cref="OptionValues.Shells"/>, in any case of letters.</param>
    public static string Render(string shell) => shell.ToUpperInvariant() switch
    {
        "BASH" => Bash(),
        "ZSH" => Zsh(),
        "FISH" => Fish(),
        _ => PowerShell(),
    };

    // Lines are the separators, so that a folder may have blanks in its name. No mapfile: macOS has bash 3.2.
    private static string Bash()
    {
        var script = new StringBuilder();
        script.Append("# bash completion for pwb: eval \"$(pwb --completion bash)\"\n_pwb() {\n");
        script.Append("    local IFS=$'\\n' word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n    case $before in\n");
        foreach (var option in WithChoices)
            script.Append(CultureInfo.InvariantCulture, $"        {Names(option, "|")}) COMPREPLY=($(compgen -W $'{string.Join("\\n", option.Choices)}' -- \"$word\")); return ;;\n");
        script.Append(CultureInfo.InvariantCulture, $"        {Names(WithPaths, "|")}) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n");
        script.Append(CultureInfo.InvariantCulture, $"        {Names(WithOtherValues, "|")}) COMPREPLY=(); return ;;\n    esac\n    case $word in\n");
        script.Append(CultureInfo.InvariantCulture, $"        -*) COMPREPLY=($(compgen -W $'{Names(Options.All, "\\n")}' -- \"$word\")) ;;\n");
        script.Append("        *) COMPREPLY=($(compgen -d -- \"$word\")) ;;\n    esac\n}\ncomplete -o filenames -F _pwb pwb\n");
        return script.ToString();
    }

    private static string Zsh()
    {
        var script = new StringBuilder();
        script.Append("#compdef pwb\n# zsh completion for pwb: eval \"$(pwb --completion zsh)\"\n_pwb() {\n    _arguments \\\n");
        foreach (var option in Options.All)
        {
            string about = $"[{Summary(option).Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal)}]";
            string value = option.ValueName is null ? ""
                : $"{(option.BareValue is null ? "" : ":")}:{option.ValueName.Replace(":", "\\:", StringComparison.Ordinal)}:{ZshValues(option)}";
            foreach (string name in NamesOf(option))
            {
                string equals = option.ValueName is null ? "" : option.BareValue is not null ? "=-" : name.StartsWith("--", StringComparison.Ordinal) ? "=" : "";
                script.Append("        ").Append(Quoted((option.IsRepeatable ? "*" : $"({Names(option, " ")})") + name + equals + about + value)).Append(" \\\n");
            }
        }

        script.Append("        '1:directory:_files -/'\n}\ncompdef _pwb pwb\n");
        return script.ToString();
    }

    private static string ZshValues(Option option) => option.Choices.Count > 0 ? $"({string.Join(' ', option.Choices)})" : option.TakesPath ? "_files" : " ";

    private static string Fish()
    {
        var script = new StringBuilder("# fish completion for pwb: pwb --completion fish | source\ncomplete -c pwb -f -a '(__fish_complete_directories)'\n");
        foreach (var option in Options.All)
        {
            script.Append("complete -c pwb -l ").Append(option.Name.TrimStart('-'));
            if (option.ShortName is not null)
                script.Append(" -s ").Append(option.ShortName.TrimStart('-'));
            if (option.TakesPath)
                script.Append(" -r -F");
            else if (option.BareValue is null)
                script.Append(" -x");
            if (option.BareValue is null && option.Choices.Count > 0)
                script.Append(" -a ").Append(Quoted(string.Join(' ', option.Choices), "\\'"));
            script.Append(" -d ").Append(Quoted(Summary(option), "\\'")).Append('\n');
        }

        return script.ToString();
    }

    private static string PowerShell()
    {
        var script = new StringBuilder();
        script.Append("# PowerShell completion for pwb: pwb --completion powershell | Out-String | Invoke-Expression\n");
        script.Append("Register-ArgumentCompleter -Native -CommandName pwb -ScriptBlock {\n    param($word, $ast, $position)\n");
        script.Append("    $before = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { \"$_\" })[-1]\n    $values = @{\n");
        foreach (var option in WithChoices)
            script.Append(CultureInfo.InvariantCulture, $"        '{option.Name}' = @({string.Join(", ", option.Choices.Select(choice => Quoted(choice, "''")))})\n");
        script.Append("    }\n    $options = [ordered]@{\n");
        foreach (var option in Options.All)
        {
            foreach (string name in NamesOf(option))
                script.Append(CultureInfo.InvariantCulture, $"        {Quoted(name, "''")} = {Quoted(Summary(option), "''")}\n");
        }

        script.Append("    }\n    if ($before -and $values.ContainsKey($before)) {\n        $values[$before] | Where-Object { $_ -like \"$word*\" }\n        return\n    }\n");
        script.Append("    $options.Keys | Where-Object { $word -like '-*' -and $_ -like \"$word*\" } | ForEach-Object {\n");
        script.Append("        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterName', $options[$_])\n    }\n}\n");
        return script.ToString();
    }

    private static IEnumerable<string> NamesOf(Option option) => option.ShortName is null ? [option.Name] : [option.ShortName, option.Name];

    private static string Names(Option option, string separator) => string.Join(separator, NamesOf(option));

    private static string Names(IEnumerable<Option> options, string separator) => string.Join(separator, options.SelectMany(NamesOf));

    private static string Summary(Option option) => option.Summary.Replace("`", "", StringComparison.Ordinal);

    // In each of these shells nothing but the quotation mark itself has a meaning between two of them (in fish the backslash has, too).
    private static string Quoted(string text, string quote = "'\\''") => "'" + text.Replace("'", quote, StringComparison.Ordinal) + "'";
}
