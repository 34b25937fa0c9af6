namespace Pwb.Faults.Server;

/// <summary>How many handlers and bodies wait, and how many have seen their token cancelled.</summary>
internal sealed class FaultCounters
{
    private int _waiting;
    private int _cancelled;

    /// <summary>Counts one that waits, until it is disposed.</summary>
    public IDisposable Wait(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        return new Waiter(this, cancellationToken);
    }

    public override string ToString() =>
        FormattableString.Invariant($"waiting={Volatile.Read(ref _waiting)} cancelled={Volatile.Read(ref _cancelled)}");

    private sealed class Waiter(FaultCounters counters, CancellationToken cancellationToken) : IDisposable
    {
        public void Dispose()
        {
            if (cancellationToken.IsCancellationRequested) Interlocked.Increment(ref counters._cancelled);
            Interlocked.Decrement(ref counters._waiting);
        }
    }
}
