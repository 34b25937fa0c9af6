namespace Pwb.Telemetry;

/// <summary>The states of a connection.</summary>
internal enum ConnectionState
{
    /// <summary>It waits for a first byte, a next request, or its client's end.</summary>
    Idle,

    /// <summary>A request is received or answered on it.</summary>
    Active,

    /// <summary>Another protocol has taken it over.</summary>
    Upgraded,
}
