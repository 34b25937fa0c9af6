namespace Pwb.Channels;

/// <summary>A read of one byte, begun to notice the client's end while a request is at work.</summary>
internal sealed class EndWatch
{
    private readonly TaskCompletionSource<int> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The byte that was read, if one was.</summary>
    public byte[] Byte { get; } = new byte[1];

    /// <summary>The number of bytes: 1, or 0 at the end.</summary>
    public Task<int> Result => _result.Task;

    public bool HasByte => Result is { IsCompletedSuccessfully: true, Result: 1 };

    public bool HasEnded => Result is { IsCompletedSuccessfully: true, Result: 0 };

    public void Complete(int count) => _result.TrySetResult(count);

    public void Fail(Exception exception)
    {
        _result.TrySetException(exception);
        _ = _result.Task.Exception; // observed, since no caller may ever ask for it
    }
}
