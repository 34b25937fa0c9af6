using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;

namespace Pwb.InMemory;

/// <summary>The exceptions of handlers, on their way to a client in memory that is to throw them.</summary>
internal sealed class HandlerFailures
{
    /// <summary>The field of a 500 that names its exception. No other client gets one.</summary>
    public const string FieldName = "Pwb-Handler-Failure";

    private readonly ConcurrentDictionary<string, Exception> _exceptions = new(StringComparer.Ordinal);
    private long _last;

    /// <summary>Keeps an exception, and gives it a name.</summary>
    public string Add(Exception exception)
    {
        string name = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
        _exceptions[name] = exception;
        return name;
    }

    /// <summary>Throws the exception that a response names, where it was thrown first as far as its stack trace tells.</summary>
    public void ThrowFor(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues(FieldName, out IEnumerable<string>? names)) return;
        if (!_exceptions.TryRemove(names.First(), out Exception? exception)) return;
        response.Dispose();
        ExceptionDispatchInfo.Throw(exception);
    }
}
