namespace Pwb.Host;

/// <summary>A command line: options with their values, which are texts that the options accept, and a directory.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<Option, List<string>> _values = [];

    private Arguments()
    {
    }

    /// <summary>Null without one.</summary>
    public string? Directory { get; private set; }

    /// <summary>The first mistake, in one sentence with a suggestion; null without one.</summary>
    public string? Problem { get; private set; }

    public static Arguments Read(IReadOnlyList<string> args)
    {
        var arguments = new Arguments();
        bool isOption = true;
        for (int i = 0; i < args.Count; i++)
        {
            if (isOption && args[i] == "--")
                isOption = false;
            else if (isOption && args[i].StartsWith('-'))
                arguments.AddOption(args, ref i);
            else
                arguments.AddDirectory(args[i]);
        }

        return arguments;
    }

    public bool Has(Option option) => _values.ContainsKey(option);

    /// <summary>None if it is not there.</summary>
    public IReadOnlyList<string> ValuesOf(Option option) => _values.TryGetValue(option, out var values) ? values : [];

    private void AddOption(IReadOnlyList<string> args, ref int index)
    {
        string argument = args[index];
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? argument : argument[..equals];
        if (Options.Find(name) is not { } option)
        {
            string hint = Spelling.Nearest(name) is { } meant ? $" Is it '{meant}'?" : "";
            Problem ??= $"There is no option '{name}'.{hint}";
            return;
        }

        string? next = index + 1 < args.Count ? args[index + 1] : null;
        string? value = equals >= 0 ? argument[(equals + 1)..] : null;
        if (value is null && next is not null && (option.BareValue is null ? !IsKnownOption(next) : option.Accepts(next)))
        {
            value = next;
            index++;
        }

        value ??= option.BareValue;
        if (value is null)
            Problem ??= $"{option.Name} needs a value: {option.Usage}.";
        else
            AddValue(option, value);
    }

    private void AddValue(Option option, string value)
    {
        if (!option.Accepts(value))
            Problem ??= $"{option.Name} takes {option.Expected}, not '{value}'.";
        if (!_values.TryGetValue(option, out var values))
            _values.Add(option, values = []);
        else if (!option.IsRepeatable)
            Problem ??= $"{option.Name} can be given only once.";
        values.Add(value);
    }

    private void AddDirectory(string path)
    {
        if (Directory is not null)
            Problem ??= $"There can be only one directory, not '{Directory}' and '{path}' too.";
        Directory ??= path;
    }

    private static bool IsKnownOption(string argument) => argument == "--" || Options.Find(argument.Split('=')[0]) is not null;
}
