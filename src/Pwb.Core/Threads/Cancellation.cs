namespace Pwb.Threads;

/// <summary>Waits that a token ends as anything else does.</summary>
internal static class Cancellation
{
    /// <summary>Completes when the token is cancelled, without an error.</summary>
    public static Task WhenAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), cancelled);
        return cancelled.Task;
    }

    /// <summary>Completes when the token is cancelled, without an error, or when the first of the tasks completes.</summary>
    public static async Task WhenAnyAsync(CancellationToken cancellationToken, params Task[] others)
    {
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), cancelled);
        await Task.WhenAny([cancelled.Task, .. others]).ConfigureAwait(false);
    }
}
