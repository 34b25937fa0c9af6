using Microsoft.Extensions.Logging;

namespace Pwb.Fuzz.Running;

/// <summary>
/// Takes the server's log and objects to what bad input must not cause: a line above Debug that is not the ordinary one of a
/// connection or a request, or a byte in it that a terminal would obey.
/// </summary>
internal sealed class LogWatch(LogLevel level) : ILoggerFactory
{
    private readonly List<string> _objections = [];

    private LogLevel Level => level;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    /// <returns>The objections since the last call; null when there are none.</returns>
    public string? TakeObjections()
    {
        lock (_objections)
        {
            if (_objections.Count == 0)
                return null;

            string text = string.Join('\n', _objections);
            _objections.Clear();
            return text;
        }
    }

    public void Dispose()
    {
    }

    private void Object(string objection)
    {
        lock (_objections)
            _objections.Add(objection);
    }

    private sealed class Logger(LogWatch watch, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= watch.Level;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string line = formatter(state, exception);
            bool isOrdinary = logLevel <= LogLevel.Debug || (logLevel == LogLevel.Information && category is "Pwb.Access");
            if (!isOrdinary)
                watch.Object($"log line {logLevel} {category}: {line} {exception}");
            if (line.Any(c => c is < ' ' or > '~'))
                watch.Object($"unescaped log line: {line}");
        }
    }
}
