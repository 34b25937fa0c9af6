namespace Pwb.Browser.Support;

/// <summary>A list that grows on other threads, and that can be waited for.</summary>
internal sealed class Journal<T>
{
    private readonly Lock _lock = new();
    private readonly List<T> _entries = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The entries up to now.</summary>
    public IReadOnlyList<T> Entries
    {
        get
        {
            lock (_lock) return [.. _entries];
        }
    }

    public void Add(T entry) => Change(entries => entries.Add(entry));

    public void Clear() => Change(entries => entries.Clear());

    /// <summary>Says that an entry has become another.</summary>
    public void Touch() => Change(static _ => { });

    /// <summary>Waits until something is so of the entries. It is looked at after each change.</summary>
    public async Task<IReadOnlyList<T>> WaitUntilAsync(Func<IReadOnlyList<T>, bool> isSo, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock) changed = _changed.Task;
            IReadOnlyList<T> entries = Entries;
            if (isSo(entries)) return entries;
            await changed.WaitAsync(cancellationToken);
        }
    }

    private void Change(Action<List<T>> change)
    {
        lock (_lock)
        {
            change(_entries);
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
