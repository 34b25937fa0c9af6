namespace Pwb.Host;

/// <summary>Scripts that let a shell complete options, their values and directories.</summary>
internal static class Completion
{
    private static IEnumerable<Option> WithChoices =>
        Options.All.Where(option => option.BareValue is null && option.Choices.Count > 0);

    private static IEnumerable<Option> WithPaths => Options.All.Where(option => option.TakesPath);

    private static IEnumerable<Option> WithOtherValues =>
        Options.All.Where(option => option is { BareValue: null, Choices.Count: 0, TakesPath: false });

    /// <param name="shell">One of <see cref="OptionValues.Shells"/>, in any case of letters.</param>
    public static string Render(string shell) => shell.ToUpperInvariant() switch
    {
        "BASH" => Bash(),
        "ZSH" => Zsh(),
        "FISH" => Fish(),
        _ => PowerShell(),
    };

    // Lines are the separators, so that a folder may have blanks in its name. No mapfile: macOS has bash 3.2.
    private static string Bash() => $$"""
        # bash completion for pwb: eval "$(pwb --completion bash)"
        _pwb() {
            local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
            case $before in
        {{Lines(WithChoices, BashCase)}}
                {{Names(WithPaths, "|")}}) COMPREPLY=($(compgen -f -- "$word")); return ;;
                {{Names(WithOtherValues, "|")}}) COMPREPLY=(); return ;;
            esac
            case $word in
                -*) {{Words(Names(Options.All, "\\n"))}} ;;
                *) COMPREPLY=($(compgen -d -- "$word")) ;;
            esac
        }
        complete -o filenames -F _pwb pwb

        """;

    private static string BashCase(Option option) =>
        $"        {Names([option], "|")}) {Words(string.Join("\\n", option.Choices))}; return ;;";

    private static string Words(string words) => $"COMPREPLY=($(compgen -W $'{words}' -- \"$word\"))";

    private static string Zsh() => $$"""
        #compdef pwb
        # zsh completion for pwb: eval "$(pwb --completion zsh)"
        _pwb() {
            _arguments \
        {{Lines(Options.All.SelectMany(ZshSpecifications), text => $"        {Quoted(text, @"'\''")} \\")}}
                '1:directory:_files -/'
        }
        compdef _pwb pwb

        """;

    private static IEnumerable<string> ZshSpecifications(Option option)
    {
        string others = option.IsRepeatable ? "*" : $"({Names([option], " ")})";
        string about = $"[{Escaped(Escaped(Summary(option), '['), ']')}]";
        foreach (string name in NamesOf(option))
        {
            if (option.ValueName is not { } value)
                yield return others + name + about;
            else if (option.BareValue is not null)
                yield return $"{others}{name}=-{about}::{Escaped(value, ':')}: ";
            else
                yield return $"{others}{name}{(name[1] == '-' ? "=" : "")}{about}:{Escaped(value, ':')}:{ZshValues(option)}";
        }
    }

    private static string ZshValues(Option option)
    {
        if (option.TakesPath)
            return "_files";
        return option.Choices.Count > 0 ? $"({string.Join(' ', option.Choices)})" : " ";
    }

    private static string Fish() => $"""
        # fish completion for pwb: pwb --completion fish | source
        complete -c pwb -f -a '(__fish_complete_directories)'
        {Lines(Options.All, FishLine)}

        """;

    private static string FishLine(Option option)
    {
        string shortName = option.ShortName is null ? "" : " -s " + option.ShortName[1..];
        string value = option.TakesPath ? " -r -F" : option.BareValue is null ? " -x" : "";
        string choices = WithChoices.Contains(option) ? " -a " + Quoted(string.Join(' ', option.Choices), "\\'") : "";
        return $"complete -c pwb -l {option.Name[2..]}{shortName}{value}{choices} -d {Quoted(Summary(option), "\\'")}";
    }

    private static string PowerShell() => $$"""
        # PowerShell completion for pwb: pwb --completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName pwb -ScriptBlock {
            param($word, $ast, $position)
            $words = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { "$_" })
            $values = @{
        {{Lines(WithChoices, PowerShellValues)}}
            }
            $options = [ordered]@{
        {{Lines(Options.All.SelectMany(PowerShellEntries), entry => "        " + entry)}}
            }
            if ($values.ContainsKey($words[-1])) {
                $values[$words[-1]] | Where-Object { $_ -like "$word*" }
                return
            }
            $options.Keys | Where-Object { $word -like '-*' -and $_ -like "$word*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterName', $options[$_])
            }
        }

        """;

    private static string PowerShellValues(Option option) =>
        $"        {PowerShellText(option.Name)} = @({string.Join(", ", option.Choices.Select(PowerShellText))})";

    private static IEnumerable<string> PowerShellEntries(Option option) =>
        NamesOf(option).Select(name => $"{PowerShellText(name)} = {PowerShellText(Summary(option))}");

    private static string PowerShellText(string text) => Quoted(text, "''");

    private static IEnumerable<string> NamesOf(Option option) =>
        option.ShortName is null ? [option.Name] : [option.ShortName, option.Name];

    private static string Names(IEnumerable<Option> options, string separator) =>
        string.Join(separator, options.SelectMany(NamesOf));

    private static string Lines<T>(IEnumerable<T> items, Func<T, string> line) => string.Join('\n', items.Select(line));

    private static string Summary(Option option) => option.Summary.Replace("`", "", StringComparison.Ordinal);

    private static string Escaped(string text, char character) =>
        text.Replace(character.ToString(), "\\" + character, StringComparison.Ordinal);

    // Between two of these quotation marks only the mark itself means anything in each of the shells (in fish, the backslash
    // too).
    private static string Quoted(string text, string quote) => "'" + text.Replace("'", quote, StringComparison.Ordinal) + "'";
}
