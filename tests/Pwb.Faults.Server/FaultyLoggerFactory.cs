using Microsoft.Extensions.Logging;

namespace Pwb.Faults.Server;

/// <summary>Loggers that throw at every line, or block for ever at each that names <see cref="Trap"/>.</summary>
internal sealed class FaultyLoggerFactory(FaultyLog fault) : ILoggerFactory
{
    /// <summary>What a line must hold to make the log hang.</summary>
    private const string Trap = "log-trap";

    private readonly ManualResetEventSlim _never = new();

    public ILogger CreateLogger(string categoryName) => new FaultyLogger(fault, _never);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose() => _never.Dispose();

    private sealed class FaultyLogger(FaultyLog fault, ManualResetEventSlim never) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) =>
            fault == FaultyLog.Throws ? throw new InvalidOperationException("IsEnabled failed") : true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (fault == FaultyLog.Throws) throw new InvalidOperationException("the log failed");
            if (formatter(state, exception).Contains(Trap, StringComparison.Ordinal)) never.Wait();
        }
    }
}
