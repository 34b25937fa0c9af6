namespace Pwb.Channels;

/// <summary>A read of one byte, begun to notice the client's end while a request is at work.</summary>
internal sealed class EndWatch
{
    // A stream of somebody else's need not look at its token.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource<int> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();

    /// <summary>Ends the read.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>The byte that was read, if one was.</summary>
    public byte[] Byte { get; } = new byte[1];

    /// <summary>The number of bytes: 1, or 0 at the end.</summary>
    public Task<int> Result => _result.Task;

    public bool HasByte => Result is { IsCompletedSuccessfully: true, Result: 1 };

    public bool HasEnded => Result is { IsCompletedSuccessfully: true, Result: 0 };

    /// <summary>Ends the read, unless it has been made.</summary>
    /// <returns>Whether it has ended, and nothing was read.</returns>
    public async ValueTask<bool> EndAsync()
    {
        // Somebody else's stream may have code of its own on its token.
        await _ended.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ((Task)_result.Task.WaitAsync(Patience)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Result.IsFaulted;
    }

    public void Complete(int count) => _result.TrySetResult(count);

    public void Fail(Exception exception)
    {
        _result.TrySetException(exception);
        _ = _result.Task.Exception; // observed, since no caller may ever ask for it
    }
}
