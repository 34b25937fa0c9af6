using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pwb.Host;

/// <summary>
/// An option that is an environment variable too: PWB_LOG_LEVEL for --log-level. Its value is what the command line says, or
/// else the variable, or else the default; all of them texts that were checked.
/// </summary>
internal sealed class Setting : Option<string[]>
{
    private readonly string _expected;
    private readonly string[] _fallback = [];

    /// <param name="name">As on the command line.</param>
    /// <param name="accepts">Whether a text is a good value.</param>
    /// <param name="expected">What a good value is, for the error.</param>
    /// <param name="environment">The environment.</param>
    public Setting(string name, Func<string, bool> accepts, string expected, Func<string, string?> environment)
        : base(name)
    {
        Variable = "PWB_" + name.TrimStart('-').Replace('-', '_').ToUpperInvariant();
        Accepts = accepts;
        _expected = expected;
        Arity = ArgumentArity.ExactlyOne;
        CustomParser = result => Check(result, name, [.. result.Tokens.Select(token => token.Value)]);
        DefaultValueFactory = result => Check(result, Variable, TextsOf(environment(Variable)));
    }

    /// <summary>The environment variable that stands for it.</summary>
    public string Variable { get; }

    /// <summary>Whether a text is a good value.</summary>
    public Func<string, bool> Accepts { get; }

    /// <summary>Its value if nobody says; the help names it.</summary>
    public string? Fallback
    {
        init => _fallback = value is null ? [] : [value];
    }

    /// <summary>Whether it may be given several times; the variable then holds a value per line.</summary>
    public bool IsRepeatable
    {
        get => Arity.MaximumNumberOfValues > 1;
        init => Arity = value ? ArgumentArity.OneOrMore : ArgumentArity.ExactlyOne;
    }

    /// <summary>The value that it has when it stands alone; null if it cannot.</summary>
    public string? BareValue { get; init; }

    private string[] Check(ArgumentResult result, string name, string[] texts)
    {
        string[] bad = Array.FindAll(texts, text => !Accepts(text));
        foreach (string text in bad)
            result.AddError($"{name} takes {_expected}, not '{text}'.");
        return texts.Length == bad.Length ? _fallback : texts;
    }

    private string[] TextsOf(string? variable) => variable switch
    {
        null or "" => [], // empty is as good as unset, as for NO_COLOR
        _ when IsRepeatable => variable.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        _ => [variable],
    };
}
