using System.Text;

namespace Pwb.Host;

/// <summary>The text of --help, 100 columns wide at most.</summary>
internal static class HelpText
{
    private const int Width = 100;
    private const int Column = 34; // where the explanations begin

    /// <summary>A purpose, and the command line for it.</summary>
    public static IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("pwb", "says hello PWB on http://localhost:8888/"),
        ("pwb site --watch --open", "opens a folder in the browser, and again what changes"),
        ("pwb . -l -p 3000", "shows what this folder holds, on port 3000"),
        ("pwb dist --spa --proxy /api=http://localhost:5000", "a single-page application and its API"),
        ("pwb . --host any --tls-dev --qr", "for everybody on the network, with TLS, and for phones"),
        ("pwb game --header \"/Build/*.gz=Content-Encoding: gzip\"", "files that are compressed already"),
    ];

    public static string Render()
    {
        var text = new StringBuilder();
        text.Append("PWB ").Append(CommandLine.ProgramVersion).Append(", a small and strict web server\n\n");
        text.Append("Usage: pwb [options] [directory]\n");
        text.Append("       pwb hash <user>    asks for a password and prints what --auth takes\n\n");
        Entry(text, "  directory", Options.DirectorySummary);
        text.Append("\nExamples:\n");
        foreach ((string command, string meaning) in Examples)
            Entry(text, "  " + command, meaning);

        foreach (var group in Options.All.GroupBy(option => option.Group))
        {
            text.Append('\n').Append(Options.TitleOf(group.Key)).Append(":\n");
            foreach (var option in group)
            {
                string summary = option.Default.Length == 0 ? option.Summary : $"{option.Summary} [default: {option.Default}]";
                Entry(text, $"  {(option.ShortName is null ? "   " : option.ShortName + ",")} {option.Usage}", summary);
            }
        }

        text.Append('\n');
        Wrapped(
            text,
            "Each option is an environment variable too: PWB_DIRECTORY, PWB_PORT, PWB_LISTING=true, PWB_LOG_LEVEL and so on, "
            + "with a value on each line for those that are repeatable. The command line wins, also with --listing=false.",
            indent: 0);
        return text.ToString();
    }

    private static void Entry(StringBuilder text, string name, string meaning)
    {
        text.Append(name);
        if (name.Length > Column - 2)
            text.Append('\n').Append(' ', Column);
        else
            text.Append(' ', Column - name.Length);
        Wrapped(text, meaning.Replace("`", "", StringComparison.Ordinal), Column);
    }

    // The first line is indented already.
    private static void Wrapped(StringBuilder text, string words, int indent)
    {
        int column = indent;
        foreach (string word in words.Split(' '))
        {
            if (column > indent && column + 1 + word.Length > Width)
            {
                text.Append('\n').Append(' ', indent);
                column = indent;
            }

            if (column > indent)
            {
                text.Append(' ');
                column++;
            }

            text.Append(word);
            column += word.Length;
        }

        text.Append('\n');
    }
}
