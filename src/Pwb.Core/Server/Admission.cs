using Pwb.Telemetry;

namespace Pwb.Server;

/// <summary>What becomes of a connection that was accepted.</summary>
internal enum Admitted
{
    Served,

    /// <summary>One too many: it is told so.</summary>
    Refused,

    /// <summary>One too many even for that: it is cut without a word.</summary>
    Dropped,
}

/// <summary>Counts connections from the moment that they are accepted, so that there are never more than there may be.</summary>
internal sealed class Admission(ConnectionSet connections)
{
    private const int MaxRefusals = 64;

    private int _served;
    private int _refused;

    /// <summary>How many may be served at a time.</summary>
    public int MaxConnections { get; set; }

    /// <summary>
    /// Counts a connection. If there are too many, the one that has been idle longest is closed for it. To be paired with
    /// <see cref="Leave"/>, unless it is dropped.
    /// </summary>
    public Admitted Enter()
    {
        if (Interlocked.Increment(ref _served) <= MaxConnections || connections.CloseLongestIdle()) return Admitted.Served;

        Interlocked.Decrement(ref _served);
        if (Interlocked.Increment(ref _refused) <= MaxRefusals) return Admitted.Refused;

        Interlocked.Decrement(ref _refused);
        Instruments.CountDropped();
        return Admitted.Dropped;
    }

    /// <summary>The connection has ended.</summary>
    public void Leave(Admitted admitted) => Interlocked.Decrement(ref admitted == Admitted.Refused ? ref _refused : ref _served);
}
