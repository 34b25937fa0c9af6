using System.Diagnostics;

namespace Pwb.Threads;

/// <summary>
/// The proof that the caller may run code that blocks: its thread belongs to the pool, or is watched and replaced while it is
/// blocked (<see cref="WatchedThread"/>). Code that calls user code (a handler, a body, a log, a listener) takes a proof and
/// calls <see cref="Check"/>. <c>GoToPoolAsync</c> of a channel returns one.
/// </summary>
internal sealed class OnPool
{
    /// <summary>
    /// For <c>GoToPoolAsync</c> of a channel: the runtime moves a continuation to the pool without an allocation if it waits for
    /// a task.
    /// </summary>
    public static readonly Task<OnPool> Proof = Task.FromResult(new OnPool(isPromise: false));

    private readonly bool _isPromise;

    private OnPool(bool isPromise) => _isPromise = isPromise;

    /// <summary>For a handler that has promised never to block.</summary>
    public static readonly OnPool ByPromise = new(isPromise: true);

    /// <summary>Stops a Debug build where the proof is false.</summary>
    [Conditional("DEBUG")]
    public void Check() =>
        Debug.Assert(
            _isPromise || Thread.CurrentThread.IsThreadPoolThread || WatchedThread.Current is not null,
            "Somebody else's code runs on a thread that it must not block.");
}
