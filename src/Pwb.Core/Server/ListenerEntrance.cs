using System.Diagnostics.CodeAnalysis;
using Pwb.Transports;

namespace Pwb.Server;

/// <summary>Accepts connections from a user's listener, until it is closed.</summary>
internal sealed class ListenerEntrance(IConnectionListener listener) : IDisposable
{
    private const int Outside = 0, Inside = 1, Closed = 2;

    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenSource _given = new(); // to the listener, which may register code of its own on it
    private readonly TaskCompletionSource _leftBehind = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state = Outside;

    /// <summary>Waits for the next connection. Once the entrance is closed, it waits no longer.</summary>
    /// <returns>Null if no other connection will come.</returns>
    /// <exception cref="OperationCanceledException">The entrance was closed.</exception>
    [SuppressMessage("Usage", "VSTHRD002", Justification = "On the thread that accepts, which has nothing else to do.")]
    public Transport? Accept()
    {
        Task<AcceptedConnection?> accepting = AskAsync();
        try
        {
            Task.WaitAny([accepting], _closed.Token);
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            _ = DisposeAsync(accepting);
            throw;
        }

        AcceptedConnection? accepted = accepting.GetAwaiter().GetResult();
        return accepted is null ? null : Reception.TransportOver(accepted.Stream, accepted.RemoteEndPoint);
    }

    /// <summary>
    /// Completes when the entrance was closed while the listener held the thread that asked it. Whatever comes of that thread
    /// later is disposed of.
    /// </summary>
    public Task WhenLeftBehindAsync() => _leftBehind.Task;

    /// <summary>
    /// Closes the entrance, not the listener. The listener's own code on its token runs on the pool. It may throw or hang, and no
    /// stop waits for it.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _state, Closed) == Inside) _leftBehind.TrySetResult();
        _closed.Cancel();
        _ = CancelAsync();
    }

    // A listener may hold the thread before it returns its task.
    private Task<AcceptedConnection?> AskAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Inside, Outside) != Outside) throw new OperationCanceledException();

        Task<AcceptedConnection?> accepting;
        try
        {
            accepting = listener.AcceptAsync(_given.Token).AsTask();
        }
        catch (Exception exception)
        {
            accepting = Task.FromException<AcceptedConnection?>(exception);
        }

        if (Interlocked.CompareExchange(ref _state, Outside, Inside) == Inside) return accepting;

        _ = DisposeAsync(accepting);
        throw new OperationCanceledException();
    }

    private async Task CancelAsync() => await _given.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    // A listener that ignores its token may return a connection after the close.
    private static async Task DisposeAsync(Task<AcceptedConnection?> accepting)
    {
        try
        {
            if (await accepting.ConfigureAwait(false) is { } late) await late.Stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // No server has taken it.
        }
    }
}
