using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pwb.Host;

/// <summary>The directory that somebody names, on the command line or in PWB_DIRECTORY.</summary>
internal static class ServedDirectory
{
    private const string Variable = "PWB_DIRECTORY";

    /// <summary>Its value is the full path of a directory that can be read; null if nobody says.</summary>
    public static Argument<string?> Argument(Func<string, string?> environment) => new("directory")
    {
        Description = "The directory to serve; without one, the answer is always hello PWB",
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result => Read(result, result.Tokens[0].Value, "directory", prefix: ""),
        DefaultValueFactory = result => environment(Variable) is { Length: > 0 } value ? Read(result, value, Variable, $"{Variable}: ") : null,
    };

    private static string? Read(ArgumentResult result, string value, string name, string prefix)
    {
        if (string.IsNullOrWhiteSpace(value) || value.Contains('\0', StringComparison.Ordinal))
        {
            result.AddError($"{name} takes the path of a directory, not '{value}'.");
            return null;
        }

        string path = Path.GetFullPath(value);
        if (WhatIsWrongWith(path) is { } problem)
            result.AddError(prefix + problem);
        return path;
    }

    // Asks for a name in it, whether there is one or not: a directory that cannot be listed can still be served.
    private static string? WhatIsWrongWith(string path)
    {
        if (!Directory.Exists(path))
            return File.Exists(path) ? $"'{path}' is a file, not a directory." : $"There is no directory '{path}'.";

        try
        {
            File.GetAttributes(Path.Combine(path, ".pwb"));
            return null;
        }
        catch (FileNotFoundException)
        {
            return null; // as expected
        }
        catch (UnauthorizedAccessException)
        {
            return $"The directory '{path}' may not be read.";
        }
    }
}
