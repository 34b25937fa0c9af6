using Microsoft.Extensions.Logging;

namespace Pwb.Logging;

/// <summary>
/// A logger that catches the inner logger's exceptions and keeps its <see cref="AsyncLocal{T}"/> values inside: a log that throws
/// must not cost a request, and no request sees values that were set while another was logged.
/// </summary>
internal sealed class IsolatedLogger(ILogger logger) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel)
    {
        ExecutionContext? context = ExecutionContext.Capture();
        try
        {
            return logger.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
        finally
        {
            Restore(context);
        }
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ExecutionContext? context = ExecutionContext.Capture();
        try
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // There is nowhere left to say so.
        }
        finally
        {
            Restore(context);
        }
    }

    // Null where the caller has suppressed the flow of the context, which nothing here does.
    private static void Restore(ExecutionContext? context)
    {
        if (context is not null && !ReferenceEquals(context, ExecutionContext.Capture())) ExecutionContext.Restore(context);
    }
}
