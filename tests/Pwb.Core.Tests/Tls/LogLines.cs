using Microsoft.Extensions.Logging;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Tls;

/// <summary>A log in memory: "Level: message" for each entry, with the exception's type behind it if there is one.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    private readonly List<string> _lines = [];
    private readonly Signal _added = new();

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    /// <summary>Completes when there is a line with that text.</summary>
    public async Task<string> LineAsync(string text)
    {
        while (true)
        {
            Task next;
            lock (_lines)
            {
                if (_lines.Find(line => line.Contains(text, StringComparison.Ordinal)) is { } found) return found;
                next = _added.Next.Task;
            }

            await next.WaitAsync(Wire.SafetyTimeout);
        }
    }

    /// <summary>Completes when there are so many lines with that text.</summary>
    public async Task LinesAsync(string text, int count)
    {
        while (true)
        {
            Task next;
            lock (_lines)
            {
                if (_lines.FindAll(line => line.Contains(text, StringComparison.Ordinal)).Count >= count) return;
                next = _added.Next.Task;
            }

            await next.WaitAsync(Wire.SafetyTimeout);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : $" ({exception.GetType().Name})")}");
            _added.Set();
        }
    }

    public void Dispose()
    {
    }
}
