using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pwb.StaticFiles;

/// <summary>Files that others are served instead of, since they cannot be read: a line in the log for each, once.</summary>
internal sealed partial class UnreadableFiles(ILogger logger)
{
    private const int MaxNoted = 1000;

    private readonly ConcurrentDictionary<string, bool> _noted = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether an exception concerns one file only, and does not mean that the process cannot open any file now.
    /// </summary>
    public static bool Is(Exception exception) =>
        exception is UnauthorizedAccessException || (exception is IOException error && !FileErrors.IsTemporary(error));

    public void Note(string path, Exception exception)
    {
        if (_noted.Count < MaxNoted && _noted.TryAdd(path, true))
            LogUnreadable(logger, PathResolver.ToTarget(path), exception.GetType().Name);
    }

    [LoggerMessage(61, LogLevel.Warning, "not served: {Path} cannot be read ({Why})")]
    private static partial void LogUnreadable(ILogger logger, string path, string why);
}
