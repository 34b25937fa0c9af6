namespace Pwb.Tests.Infrastructure;

/// <summary>
/// Wakes everybody who took <see cref="Next"/> before it was set; costs nothing while nobody waits. Used under its owner's lock.
/// </summary>
internal sealed class Signal
{
    private TaskCompletionSource? _source;

    public TaskCompletionSource Next => _source ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Set()
    {
        _source?.TrySetResult();
        _source = null;
    }
}
