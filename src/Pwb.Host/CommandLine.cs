using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Security.Cryptography;

namespace Pwb.Host;

/// <summary>Reads the options from the command line and, where it does not name them, from the environment.</summary>
internal static class CommandLine
{
    /// <summary>The exit code for an unknown option or a bad value.</summary>
    public const int UsageError = 2;

    private static readonly ParserConfiguration Strict = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Null when there is nothing to serve: help, the version, or one line that says what is wrong has been written.</summary>
    public static HostSettings? Parse(IReadOnlyList<string> args, Func<string, string?> environment, TextWriter output, TextWriter error, out int exitCode)
    {
        var options = new Options(environment);
        var result = options.Command.Parse(Unambiguous(args, options), Strict);

        if (result.Action is not (null or ParseErrorAction)) // --help or --version
        {
            exitCode = result.Invoke(new InvocationConfiguration { Output = output, Error = error });
            return null;
        }

        HostSettings? settings = null;
        string? problem = WhatIsWrong(args, result, options);
        try
        {
            if (problem is null)
                settings = SettingsOf(result, options, environment);
        }
        catch (Exception exception) when (exception is IOException or CryptographicException) // a certificate that does not do
        {
            problem = exception.Message;
        }

        if (problem is not null)
            error.WriteLine($"pwb: {LineFormatter.Escape(problem)} Try 'pwb --help'.");
        exitCode = problem is null ? 0 : UsageError;
        return settings;
    }

    // The library takes a first argument that ends in the program's name for that name, and one in brackets for a directive, where both
    // are directories; and it gives an option that can stand alone the next argument, whatever it is: in "--cors .", say.
    private static List<string> Unambiguous(IReadOnlyList<string> args, Options options)
    {
        var all = new List<string> { options.Command.Name };
        int count = args.TakeWhile(arg => arg != "--").Count();
        for (int i = 0; i < count; i++)
        {
            var option = Array.Find(options.Settings, option => option.Name == args[i]);
            if (option?.BareValue is { } value && !(i + 1 < count && option.Accepts(args[i + 1])))
                all.Add($"{args[i]}={value}");
            else
                all.Add(i == 0 && args[i].StartsWith('[') ? "./" + args[i] : args[i]);
        }

        all.AddRange(args.Skip(count));
        return all;
    }

    private static string? WhatIsWrong(IReadOnlyList<string> args, ParseResult result, Options options)
    {
        if (UnknownOption(args, result, options) is { } name)
            return $"There is no option '{name}'.";
        if (result.Errors is [var first, ..])
            return first.Message;

        var useless = options.AboutFiles.FirstOrDefault(option => result.GetResult(option) is { Implicit: false });
        if (useless is not null && result.GetValue(options.Directory) is null)
            return $"{useless.Name} needs a directory, such as . (this one).";
        return HostCertificate.WhatIsWrongWith(TextOf(result, options.TlsCertificate), TextOf(result, options.TlsKey), IsOn(result, options.TlsDevelopment));
    }

    // A directory can have any name, and so the library takes an option that it does not know for that.
    private static string? UnknownOption(IReadOnlyList<string> args, ParseResult result, Options options)
    {
        var operands = result.UnmatchedTokens.Concat(result.GetResult(options.Directory)?.Tokens.Select(token => token.Value) ?? []).ToHashSet(StringComparer.Ordinal);
        return args.TakeWhile(arg => arg != "--").FirstOrDefault(arg => arg.StartsWith('-') && operands.Contains(arg))?.Split('=')[0];
    }

    private static string? TextOf(ParseResult result, Setting option) => result.GetRequiredValue(option).FirstOrDefault();

    private static bool IsOn(ParseResult result, Setting option) => TextOf(result, option) == "true";

    private static HostSettings SettingsOf(ParseResult result, Options options, Func<string, string?> environment)
    {
        string[] All(Setting option) => result.GetRequiredValue(option);
        string? Text(Setting option) => TextOf(result, option);
        bool IsOn(Setting option) => CommandLine.IsOn(result, option);

        return new HostSettings
        {
            Directory = result.GetValue(options.Directory),
            Host = Text(options.Host)!,
            Port = int.Parse(Text(options.Port)!, CultureInfo.InvariantCulture),
            AllowedHosts = All(options.AllowHost) is { Length: > 0 } names ? names : null,
            Files = StaticFileOptions.Default with
            {
                ListDirectories = IsOn(options.Listing),
                Fallback = IsOn(options.Spa) ? "index.html" : null,
                CleanUrls = IsOn(options.CleanUrls),
                CorsOrigin = Text(options.Cors),
                Headers = All(options.Header).Select(OptionValues.HeaderOf).ToArray(),
                CacheControl = All(options.CacheControl).Select(OptionValues.CacheControlOf).ToArray(),
            },
            Tls = HostCertificate.Load(Text(options.TlsCertificate), Text(options.TlsKey), IsOn(options.TlsDevelopment), environment),
            TlsIsForDevelopment = IsOn(options.TlsDevelopment),
            OpenBrowser = IsOn(options.Open),
            ChosenLogLevel = Text(options.Level) is { } level ? OptionValues.LogLevelOf(level) : null,
            LogJson = Text(options.Format) == "json",
            AccessLog = OptionValues.AccessLogOf(Text(options.AccessLog)!),
        };
    }
}
