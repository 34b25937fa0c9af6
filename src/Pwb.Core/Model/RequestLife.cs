namespace Pwb.Model;

/// <summary>
/// What can end one request early, for whoever works on it. It is made anew for each request, so a token that is kept, or a
/// source that is linked to it and never disposed, is nobody else's and lives no longer.
/// </summary>
/// <param name="number">The request's number on its connection, for the log.</param>
/// <param name="clock">The server's clock.</param>
#pragma warning disable CA1001 // without a timer or a wait handle, a source has nothing to dispose of
internal sealed class RequestLife(long number, TimeProvider clock)
{
    private readonly CancellationTokenSource _aborted = new();
    private CancellationTokenSource? _stopping;
    private volatile bool _isStopping;

    public long Number => number;

    public TimeProvider Clock => clock;

    /// <summary>Whether the server has begun to stop.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>Cancelled when nobody is left to answer, or the server's patience is over.</summary>
    public CancellationToken Aborted => _aborted.Token;

    /// <summary>Cancelled when the server begins to stop. Made when somebody asks for it.</summary>
    public CancellationToken Stopping
    {
        get
        {
            CancellationTokenSource? source = Volatile.Read(ref _stopping);
            if (source is null)
            {
                CancellationTokenSource made = new();
                source = Interlocked.CompareExchange(ref _stopping, made, null) ?? made;
                if (_isStopping) source.Cancel();
            }

            return source.Token;
        }
    }

    /// <exception cref="AggregateException">A callback on the token has failed.</exception>
    public void Abort() => _aborted.Cancel();

    /// <exception cref="AggregateException">A callback on the token has failed.</exception>
    public void Stop()
    {
        _isStopping = true;
        Interlocked.MemoryBarrier(); // who makes the source now sees the flag, or is seen here
        Volatile.Read(ref _stopping)?.Cancel();
    }
}
