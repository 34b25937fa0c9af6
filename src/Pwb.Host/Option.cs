namespace Pwb.Host;

/// <summary>
/// An option of the command line. It is read, explained by --help and the manual page, completed by shells and listed in the
/// README, all from here.
/// Texts are Markdown: code between backticks, and nothing else.
/// </summary>
internal sealed class Option
{
    /// <summary>As on the command line, with its dashes.</summary>
    public required string Name { get; init; }

    /// <summary>Its short form, such as <c>-p</c>; null if it has none.</summary>
    public string? ShortName { get; init; }

    public required OptionGroup Group { get; init; }

    /// <summary>The summary for the help: one line or two.</summary>
    public required string Summary { get; init; }

    /// <summary>Further whole sentences for the manual page and the README; may be empty.</summary>
    public string More { get; init; } = "";

    /// <summary>The name of its value; null for a switch.</summary>
    public string? ValueName { get; init; }

    /// <summary>Whether a text is a good value.</summary>
    public Func<string, bool> Accepts { get; init; } = OptionValues.IsBoolean;

    /// <summary>A description of a valid value, for the error.</summary>
    public string Expected { get; init; } = "true or false";

    /// <summary>The value that it has when it stands alone; null if it cannot.</summary>
    public string? BareValue { get; init; }

    /// <summary>Whether it may be given several times; the variable then holds a value on each line.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>The default, as the help shows it; empty where the summary already says it.</summary>
    public string Default { get; init; } = "";

    /// <summary>The values to choose from, for completion; none if they cannot be listed.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Whether the value is a path on this machine, for completion.</summary>
    public bool TakesPath { get; init; }

    /// <summary>Whether it says how files are served, and so means nothing without a directory.</summary>
    public bool IsAboutFiles => Group is OptionGroup.Files or OptionGroup.Fields;

    /// <summary>Whether it prints something in place of serving.</summary>
    public bool Prints => Group == OptionGroup.Help;

    /// <summary>The environment variable that stands for it: PWB_LOG_LEVEL for --log-level; null if it has none.</summary>
    public string? Variable => Prints ? null : "PWB_" + Name.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    /// <summary>The option with its value, such as <c>--port &lt;number&gt;</c>.</summary>
    public string Usage => (ValueName, BareValue) switch
    {
        (null, _) => Name,
        (_, null) => $"{Name} <{ValueName}>",
        _ => $"{Name}[=<{ValueName}>]",
    };

    public static Option Switch(
        OptionGroup group, string name, string summary, string more = "", string? shortName = null) => new()
        {
            Name = name,
            ShortName = shortName,
            Group = group,
            Summary = summary,
            More = more,
            BareValue = "true",
            Choices = ["true", "false"],
        };
}
