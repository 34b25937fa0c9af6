using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Pwb.Host;

/// <summary>
/// The log on standard output, problems on standard error. Put together by hand: AddConsole brings a container and
/// configuration binding, which cost start-up time and are not trim-safe.
/// </summary>
internal static class ConsoleLogging
{
    public static ILoggerFactory CreateFactory(
        LogLevel level, bool json = false, AccessLogFormat accessLog = AccessLogFormat.Short)
    {
        ConsoleFormatter formatter = json
            ? new JsonFormatter(TimeProvider.System)
            : new LineFormatter(
                WantsColour(Console.IsOutputRedirected), WantsColour(Console.IsErrorRedirected), TimeProvider.System);
        if (accessLog != AccessLogFormat.Short)
            formatter = new RawAccessFormatter(formatter);
        var options = new ConsoleLoggerOptions
        {
            FormatterName = formatter.Name,
            LogToStandardErrorThreshold = LogLevel.Warning,
            QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite, // a terminal or pipe that stops reading delays no response
            MaxQueueLength = 8192,
        };

        var filter = new LoggerFilterOptions { MinLevel = level < LogLevel.Warning ? LogLevel.Warning : level };
        filter.Rules.Add(new LoggerFilterRule(providerName: null, categoryName: "Pwb", level, filter: null));
        var factory = new LoggerFactory([], filter);

        // Added, so that disposing the factory flushes it; a provider that is passed in is not disposed of.
        factory.AddProvider(new ConsoleLoggerProvider(new FixedOptions(options), [formatter]));
        return factory;
    }

    public static bool WantsColour(bool redirected) =>
        !redirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) // no-color.org
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    private sealed class FixedOptions(ConsoleLoggerOptions options) : IOptionsMonitor<ConsoleLoggerOptions>
    {
        public ConsoleLoggerOptions CurrentValue => options;

        public ConsoleLoggerOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<ConsoleLoggerOptions, string?> listener) => null;
    }
}
