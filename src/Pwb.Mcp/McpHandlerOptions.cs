using Microsoft.Extensions.Logging;

namespace Pwb;

/// <summary>
/// The options of <see cref="McpHandler"/>. The defaults suit a program that offers some tools to an assistant.
/// </summary>
/// <example><code>McpHandlerOptions options = new() { RequestTimeout = TimeSpan.FromMinutes(2) };</code></example>
public sealed class McpHandlerOptions
{
    private const double LongestTimer = uint.MaxValue - 1; // the longest time of the runtime's timers

    /// <summary>
    /// Octets of a message from a client. Default 4 MiB; at least 1. Beyond: 413. All of it is held in memory. The server's own
    /// <see cref="PwbServerLimits.MaxContentLength"/> counts as well.
    /// </summary>
    public int MaxMessageLength { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// The silence after which a response sends a comment. Comments keep the connection open and detect clients that have
    /// vanished. Default 15 s, as for other event streams; 1 ms to 49 days, or <see cref="Timeout.InfiniteTimeSpan"/> for no
    /// comments.
    /// </summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The longest time of a request. Beyond: its token is cancelled, and the client gets a JSON-RPC error. Default
    /// <see cref="Timeout.InfiniteTimeSpan"/>, since a client that stops waiting cancels its request; else 1 ms to 49 days.
    /// Subscriptions have no such limit.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Where tools get their services from. Default: none.</summary>
    public IServiceProvider? Services { get; init; }

    /// <summary>Takes the log of the SDK, such as exceptions of tools. Default: no log.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The clock of the two times above. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The first fault of the options, or null.</summary>
    internal string? WhatIsWrong()
    {
        if (MaxMessageLength < 1) return $"{nameof(MaxMessageLength)} is at least 1.";
        if (!IsTime(Heartbeat)) return $"{nameof(Heartbeat)} is 1 ms to 49 days, or infinite.";
        if (!IsTime(RequestTimeout)) return $"{nameof(RequestTimeout)} is 1 ms to 49 days, or infinite.";
        return TimeProvider is null ? $"{nameof(TimeProvider)} is null." : null;
    }

    private static bool IsTime(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan || time.TotalMilliseconds is >= 1 and <= LongestTimer;
}
