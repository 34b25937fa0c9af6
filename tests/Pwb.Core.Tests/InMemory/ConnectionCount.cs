using Microsoft.Extensions.Logging;

namespace Pwb.Tests.InMemory;

/// <summary>Counts the connections that a server says it has had.</summary>
internal sealed class ConnectionCount : ILoggerFactory, ILogger
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Debug;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (formatter(state, exception) == "client in-memory made a request") Interlocked.Increment(ref _count);
    }

    public void Dispose()
    {
    }
}
