using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Pwb.Host;

/// <summary>
/// The host's command line. A new option is a field here that parses and refuses, a place in the command, and a property
/// of <see cref="HostSettings"/>.
/// </summary>
internal static class CommandLine
{
    /// <summary>The exit code for an unknown option or a bad value.</summary>
    public const int UsageError = 2;

    private static readonly string[] LogLevels = ["trace", "debug", "information", "warning", "error", "critical", "none"]; // in LogLevel's order

    private static readonly Option<int> Port = new("--port")
    {
        Description = "The port to listen on; 0 takes a free one",
        HelpName = "number",
        DefaultValueFactory = _ => 8888,
        CustomParser = ParsePort,
    };

    private static readonly Option<string> Host = new("--host")
    {
        Description = "localhost (this machine only), any (every network) or an IP address",
        HelpName = "host",
        DefaultValueFactory = _ => "localhost",
        CustomParser = ParseHost,
    };

    private static readonly Option<string> Level = new("--log-level")
    {
        Description = "trace, debug (every line of a request's head), information (a line per connection and per request), warning, error, critical or none",
        HelpName = "level",
        DefaultValueFactory = _ => "debug",
        CustomParser = ParseLogLevel,
    };

    /// <summary>Null when there is nothing to serve: help, the version, or one line that says what is wrong has been written.</summary>
    public static HostSettings? Parse(IReadOnlyList<string> args, TextWriter output, TextWriter error, out int exitCode)
    {
        var command = new RootCommand("PWB, a small and strict web server") { Port, Host, Level };
        command.Directives.Clear(); // "[suggest]" and the like are not ours
        var result = command.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

        if (WhatIsWrong(result) is { } problem)
        {
            error.WriteLine($"pwb: {LineFormatter.Escape(problem)} Try 'pwb --help'.");
            exitCode = UsageError;
            return null;
        }

        if (result.Action is not null) // --help or --version
        {
            exitCode = result.Invoke(new InvocationConfiguration { Output = output, Error = error });
            return null;
        }

        exitCode = 0;
        return new HostSettings
        {
            EndPoints = EndPointsOf(result.GetRequiredValue(Host), result.GetRequiredValue(Port)),
            LogLevel = (LogLevel)Array.IndexOf(LogLevels, result.GetRequiredValue(Level)),
        };
    }

    private static string? WhatIsWrong(ParseResult result)
    {
        if (result.Errors is [var first, ..])
            return first.Message;

        var directive = result.Tokens.FirstOrDefault(token => token.Type == TokenType.Directive); // parsed without an error, even when unknown
        return directive is null ? null : $"Unrecognized command or argument '{directive.Value}'.";
    }

    private static int ParsePort(ArgumentResult result) =>
        ushort.TryParse(ValueOf(result), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            ? port
            : Refuse<int>(result, "a number from 0 to 65535");

    private static string? ParseHost(ArgumentResult result) =>
        ValueOf(result) is "localhost" or "any" || IsAddress(ValueOf(result))
            ? ValueOf(result)
            : Refuse<string>(result, "localhost, any or an IP address");

    private static string? ParseLogLevel(ArgumentResult result) =>
        LogLevels.Contains(ValueOf(result), StringComparer.Ordinal)
            ? ValueOf(result)
            : Refuse<string>(result, string.Join(", ", LogLevels[..^1]) + " or " + LogLevels[^1]);

    private static T? Refuse<T>(ArgumentResult result, string expected)
    {
        result.AddError($"{result.Argument.Name} takes {expected}, not '{ValueOf(result)}'.");
        return default;
    }

    private static string ValueOf(ArgumentResult result) => result.Tokens[0].Value;

    private static IReadOnlyList<IPEndPoint> EndPointsOf(string host, int port) => host switch
    {
        "localhost" => PwbServerOptions.LoopbackEndPoints(port),
        "any" => PwbServerOptions.AnyEndPoints(port),
        _ => [new IPEndPoint(IPAddress.Parse(host), port)],
    };

    // IPAddress also takes "1", "0x7f.1" and "[::1]:80", none of which is what somebody meant here.
    private static bool IsAddress(string value) =>
        IPAddress.TryParse(value, out var address)
        && (value.Contains(':', StringComparison.Ordinal) ? value[0] != '[' : string.Equals(address.ToString(), value, StringComparison.Ordinal));
}
