using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Pwb.Host;

/// <summary>
/// Prints the lines of the access log as they are, one for each answer, for programs that read that format; other lines as
/// <paramref name="others"/> does.
/// </summary>
internal sealed class RawAccessFormatter(ConsoleFormatter others) : ConsoleFormatter("raw-access")
{
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (string.Equals(logEntry.Category, LineFormatter.AccessCategory, StringComparison.Ordinal))
            // ASCII: PWB has escaped it
            textWriter.Write(logEntry.Formatter(logEntry.State, logEntry.Exception) + Environment.NewLine);
        else
            others.Write(logEntry, scopeProvider, textWriter);
    }
}
