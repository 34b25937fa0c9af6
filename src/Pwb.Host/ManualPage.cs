using System.Text;

namespace Pwb.Host;

/// <summary>The manual page, in the language of man(7).</summary>
internal static class ManualPage
{
    public static string Render()
    {
        var page = new StringBuilder();
        page.Append(".TH PWB 1 \"\" \"PWB ").Append(Text(CommandLine.ProgramVersion)).Append("\"\n");
        page.Append(".SH NAME\npwb \\- a small and strict web server\n");
        page.Append(".SH SYNOPSIS\n.B pwb\n[\\fIoptions\\fR] [\\fIdirectory\\fR]\n.br\n.B pwb hash\n\\fIuser\\fR\n");
        page.Append(".SH DESCRIPTION\n").Append(Line($"{Options.DirectorySummary}."));
        page.Append("It listens on loopback and answers for localhost only, unless told otherwise.\n");
        foreach (var group in Options.All.GroupBy(option => option.Group))
        {
            page.Append(".SH ").Append(Options.TitleOf(group.Key).ToUpperInvariant()).Append('\n');
            foreach (var option in group)
                WriteOption(page, option);
        }

        page.Append(".SH ENVIRONMENT\n").Append(Line(
            "Each option is a variable too: `PWB_DIRECTORY`, `PWB_PORT`, `PWB_LISTING=true`, `PWB_LOG_LEVEL` and so on, with a "
                + "value "
            + "on each line for those that are repeatable. The command line wins. A variable that is empty counts as unset. "
            + "`NO_COLOR` "
            + "turns colours off."));
        page.Append(".SH EXIT STATUS\n").Append(Line(
            "0 after a stop by SIGINT, SIGTERM or SIGHUP; 1 when it cannot listen; 2 for an unknown option, a bad value, a "
                + "directory "
            + "that does not exist, or a certificate that cannot be used."));
        page.Append(".SH EXAMPLES\n");
        foreach ((string command, string meaning) in HelpText.Examples)
            page.Append(".TP\n").Append(Line($"`{command}`")).Append(Line(meaning + "."));
        return page.ToString();
    }

    private static void WriteOption(StringBuilder page, Option option)
    {
        string shortName = option.ShortName is null ? "" : $"\\fB{Text(option.ShortName)}\\fR, ";
        string value = option.ValueName is null ? "" : $"\\fI{Text(option.ValueName)}\\fR";
        if (value.Length > 0)
            value = option.BareValue is null ? " " + value : $"[={value}]";
        page.Append(".TP\n").Append(shortName).Append("\\fB").Append(Text(option.Name)).Append("\\fR").Append(value).Append('\n');
        page.Append(Line(option.Summary + "."));
        if (option.More.Length > 0)
            page.Append(Line(option.More));
        if (option.Default.Length > 0)
            page.Append(Line($"Default: {option.Default}."));
    }

    // Code is bold. A line that began with a dot or an apostrophe would be a request.
    private static string Line(string markdown)
    {
        var line = new StringBuilder();
        bool isCode = false;
        foreach (string part in markdown.Split('`'))
        {
            line.Append(isCode ? "\\fB" + Text(part) + "\\fR" : Text(part));
            isCode = !isCode;
        }

        return (line[0] is '.' or '\'' ? "\\&" : "") + line + "\n";
    }

    private static string Text(string text) =>
        text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
}
