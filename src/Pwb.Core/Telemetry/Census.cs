namespace Pwb.Telemetry;

/// <summary>Counts what connections are doing at one moment.</summary>
internal sealed class Census
{
    public long Idle { get; private set; }

    public long Active { get; private set; }

    public long Upgraded { get; private set; }

    /// <summary>The number of requests being answered, by method and scheme.</summary>
    public Dictionary<(string Method, string Scheme), long> Requests { get; } = [];

    /// <summary>Counts a connection.</summary>
    /// <param name="state">The connection's state.</param>
    /// <param name="method">The method of its current request, or null.</param>
    /// <param name="scheme">The scheme of its requests.</param>
    public void Add(ConnectionState state, string? method, string scheme)
    {
        if (state == ConnectionState.Idle) Idle++;
        else if (state == ConnectionState.Upgraded) Upgraded++;
        else Active++;

        if (method is null || state == ConnectionState.Upgraded) return;
        (string, string) key = (RequestMethods.NameOf(method), scheme);
        Requests[key] = Requests.GetValueOrDefault(key) + 1;
    }
}

/// <summary>Connections that can be counted.</summary>
internal interface ICountable
{
    /// <summary>Adds the connections to the count. Called on a collector's thread, at any time.</summary>
    void AddTo(Census census);
}
