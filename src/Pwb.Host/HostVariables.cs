namespace Pwb.Host;

/// <summary>The environment variables that stand for options.</summary>
internal sealed class HostVariables(Func<string, string?> environment)
{
    private const string PlatformPort = "PORT";
    private const string Prefix = "PWB_";

    private static readonly string[] SchemesOfServices = ["tcp://", "udp://", "sctp://"];

    private readonly List<string> _ignored = [];

    /// <summary>The ignored settings, each in one sentence.</summary>
    public IReadOnlyList<string> Ignored => _ignored;

    /// <summary>Removes the variables of this program, a password among them: no program that it starts inherits them.</summary>
    public static void Withhold()
    {
        foreach (string name in Environment.GetEnvironmentVariables().Keys) // of a copy
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                Environment.SetEnvironmentVariable(name, null);
        }
    }

    /// <summary>The value of a variable; null if it is empty, as for NO_COLOR, or not meant for this program.</summary>
    public string? Text(string variable)
    {
        if (environment(variable) is not { Length: > 0 } value)
            return null;
        if (!Array.Exists(SchemesOfServices, scheme => value.StartsWith(scheme, StringComparison.Ordinal)))
            return value;

        // Kubernetes sets PWB_PORT=tcp://10.0.0.1:8888 in each pod beside a service called pwb; so do container links.
        _ignored.Add($"{variable} is '{value}', the address of a service of that name, and is ignored.");
        return null;
    }

    /// <summary>The values of an option, or none.</summary>
    /// <param name="option">The option.</param>
    /// <param name="problem">The fault of a value, in one sentence.</param>
    public IReadOnlyList<string> ValuesOf(Option option, out string? problem)
    {
        problem = null;
        if (option.Variable is null)
            return [];
        if (Text(option.Variable) is not { } text)
            return option == Options.Port ? PortOfPlatform() : [];

        const StringSplitOptions Lines = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        IReadOnlyList<string> values = option.IsRepeatable ? text.Split('\n', Lines) : [text];
        if (values.FirstOrDefault(value => !option.Accepts(value)) is { } bad)
            problem = $"{option.Variable} takes {option.Expected}, not '{bad}'.";
        return values;
    }

    // The variable may have been set for another program.
    private IReadOnlyList<string> PortOfPlatform()
    {
        if (Text(PlatformPort) is not { } text)
            return [];
        if (Options.Port.Accepts(text))
            return [text];

        _ignored.Add($"{PlatformPort} is '{text}', which is no port, and is ignored.");
        return [];
    }
}
