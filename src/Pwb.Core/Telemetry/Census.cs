namespace Pwb.Telemetry;

/// <summary>Counts what connections are doing at one moment.</summary>
internal sealed class Census
{
    public long Idle { get; private set; }

    public long Active { get; private set; }

    /// <summary>How many requests are being answered, for each method and scheme.</summary>
    public Dictionary<(string Method, string Scheme), long> Requests { get; } = [];

    /// <summary>Counts a connection.</summary>
    /// <param name="isIdle">Whether it waits for a first byte or a next request.</param>
    /// <param name="method">The method of the request that is being answered on it, if one is.</param>
    /// <param name="scheme">The scheme of its requests.</param>
    public void Add(bool isIdle, string? method, string scheme)
    {
        if (isIdle) Idle++;
        else Active++;

        if (method is null) return;
        (string, string) key = (RequestMethods.NameOf(method), scheme);
        Requests[key] = Requests.GetValueOrDefault(key) + 1;
    }
}

/// <summary>Connections that can be counted.</summary>
internal interface ICountable
{
    /// <summary>Adds them to the count. Called by whoever collects measurements, at any time.</summary>
    void AddTo(Census census);
}
