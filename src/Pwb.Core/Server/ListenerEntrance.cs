using System.Diagnostics.CodeAnalysis;
using Pwb.Transports;

namespace Pwb.Server;

/// <summary>Accepts connections from a user's listener, until it is closed.</summary>
internal sealed class ListenerEntrance(IConnectionListener listener) : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenSource _given = new(); // to the listener, which may register code of its own on it

    /// <summary>Waits for the next connection. Once the entrance is closed, it waits no longer.</summary>
    /// <returns>Null if no other connection will come.</returns>
    /// <exception cref="OperationCanceledException">The entrance was closed.</exception>
    [SuppressMessage("Usage", "VSTHRD002", Justification = "On the thread that accepts, which has nothing else to do.")]
    public Transport? Accept()
    {
        Task<AcceptedConnection?> accepting = listener.AcceptAsync(_given.Token).AsTask();
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
    /// Closes the entrance, not the listener. The listener's own code on its token runs on the pool. It may throw or hang, and no
    /// stop waits for it.
    /// </summary>
    public void Dispose()
    {
        _closed.Cancel();
        _ = CancelAsync();
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
