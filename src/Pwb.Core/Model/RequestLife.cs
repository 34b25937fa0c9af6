namespace Pwb.Model;

/// <summary>
/// The tokens that can end one request early. They are made anew for each request. So a token that is kept, or a linked source
/// that is never disposed of, belongs to that request only.
/// </summary>
/// <param name="number">The request's number on its connection, for the log.</param>
/// <param name="clock">The server's clock.</param>
#pragma warning disable CA1001 // without a timer or a wait handle, a source has nothing to dispose of
internal sealed class RequestLife(long number, TimeProvider clock)
{
    private readonly CancellationTokenSource _aborted = new();
    private CancellationTokenSource? _stopping;
    private CancellationTokenSource? _cut;
    private bool _isStopping;
    private bool _isCut;

    public long Number => number;

    public TimeProvider Clock => clock;

    /// <summary>Whether the server has begun to stop.</summary>
    public bool IsStopping => Volatile.Read(ref _isStopping);

    /// <summary>Cancelled when no client is left to answer, or the server's grace period is over.</summary>
    public CancellationToken Aborted => _aborted.Token;

    /// <summary>Cancelled when the server begins to stop. Made on demand.</summary>
    public CancellationToken Stopping => TokenOf(ref _stopping, ref _isStopping);

    /// <summary>Cancelled when the connection is over, but not when the client has sent only FIN. Made on demand.</summary>
    public CancellationToken Cut => TokenOf(ref _cut, ref _isCut);

    /// <exception cref="AggregateException">A callback on the token has failed.</exception>
    public void Abort() => _aborted.Cancel();

    /// <summary>The connection is over, and with it the request.</summary>
    /// <exception cref="AggregateException">A callback on a token has failed.</exception>
    public void CutOff()
    {
        Volatile.Write(ref _isCut, true);
        Interlocked.MemoryBarrier(); // as below
        try
        {
            _aborted.Cancel();
        }
        finally
        {
            Volatile.Read(ref _cut)?.Cancel();
        }
    }

    /// <exception cref="AggregateException">A callback on the token has failed.</exception>
    public void Stop()
    {
        Volatile.Write(ref _isStopping, true);
        Interlocked.MemoryBarrier(); // a thread that makes the source now sees the flag, or is seen here
        Volatile.Read(ref _stopping)?.Cancel();
    }

    private static CancellationToken TokenOf(ref CancellationTokenSource? field, ref bool isCancelled)
    {
        CancellationTokenSource? source = Volatile.Read(ref field);
        if (source is null)
        {
            CancellationTokenSource made = new();
            source = Interlocked.CompareExchange(ref field, made, null) ?? made;
            if (Volatile.Read(ref isCancelled)) source.Cancel();
        }

        return source.Token;
    }
}
