using Pwb.Telemetry;

namespace Pwb.Server;

/// <summary>The result of an accepted connection's admission.</summary>
internal enum Admitted
{
    Served,

    /// <summary>Above the limit: the connection gets a 503.</summary>
    Refused,

    /// <summary>Above the limit for 503 responses too: the connection is reset.</summary>
    Dropped,
}

/// <summary>Counts connections from their acceptance on, so that their number never exceeds the limit.</summary>
internal sealed class Admission(ConnectionSet connections)
{
    private const int MaxRefusals = 64;

    private int _served;
    private int _refused;

    /// <summary>The greatest number of served connections.</summary>
    public int MaxConnections { get; set; }

    /// <summary>
    /// Counts a connection. At the limit, closes the connection that has been idle longest. To be paired with
    /// <see cref="Leave"/>, unless the connection is dropped.
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

    /// <summary>Counts a connection's end.</summary>
    public void Leave(Admitted admitted) => Interlocked.Decrement(ref admitted == Admitted.Refused ? ref _refused : ref _served);
}
