using System.Globalization;
using System.Security.Cryptography;

namespace Pwb.Host;

/// <summary>
/// Knows when something in a folder changes. Names that begin with a dot do not count: version control and editors write there.
/// </summary>
internal sealed class FolderWatch : IDisposable
{
    // A program that writes one file makes several changes of it, and a build many.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    private readonly string _run = RandomNumberGenerator.GetHexString(8); // another one after a restart
    private readonly FileSystemWatcher _watcher;
    private readonly Timer _timer;
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isDue;
    private long _changes;

    /// <exception cref="IOException">The system cannot watch so many folders.</exception>
    public FolderWatch(string folder)
    {
        _timer = new Timer(_ => Tell());
        _watcher = new FileSystemWatcher(folder) { IncludeSubdirectories = true };
        _watcher.Changed += (_, change) => Note(change.Name);
        _watcher.Created += (_, change) => Note(change.Name);
        _watcher.Deleted += (_, change) => Note(change.Name);
        _watcher.Renamed += (_, change) => Note(change.Name);
        _watcher.Error += (_, _) => Note("more than the system could tell");
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Names the content as it is now; another one after each change.</summary>
    public string Version => string.Create(CultureInfo.InvariantCulture, $"{_run}-{Interlocked.Read(ref _changes)}");

    /// <summary>Completes with the next change after this was called.</summary>
    public Task NextAsync() => Volatile.Read(ref _next).Task;

    public void Dispose()
    {
        _watcher.Dispose();
        _timer.Dispose();
    }

    private void Note(string? name)
    {
        bool isHidden = name is null || name[0] == '.'
            || name.Contains(Path.DirectorySeparatorChar + ".", StringComparison.Ordinal);
        if (!isHidden && Interlocked.Exchange(ref _isDue, 1) == 0)
            _timer.Change(Gathering, Timeout.InfiniteTimeSpan);
    }

    private void Tell()
    {
        Volatile.Write(ref _isDue, 0);
        Interlocked.Increment(ref _changes);
        var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _next, next).SetResult();
    }
}
