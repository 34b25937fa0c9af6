using Microsoft.Extensions.Logging;

namespace Pwb;

/// <summary>How <see cref="McpHandler"/> serves. The defaults suit a program that offers some tools to an assistant.</summary>
/// <example><code>McpHandlerOptions options = new() { RequestTimeout = TimeSpan.FromMinutes(2) };</code></example>
public sealed class McpHandlerOptions
{
    private const double LongestTimer = uint.MaxValue - 1; // what the runtime's timers take

    /// <summary>
    /// Octets of a message from a client. Default 4 MiB; at least 1. Beyond: 413. All of it is held in memory. The server's own
    /// <see cref="PwbServerLimits.MaxContentLength"/> counts as well.
    /// </summary>
    public int MaxMessageLength { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// How long a response may be silent before a comment is sent, which keeps the connection open and finds out clients that
    /// have vanished. Default 15 s, as for other event streams; 1 ms to 49 days, or <see cref="Timeout.InfiniteTimeSpan"/> for
    /// no comments.
    /// </summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a request may take. Beyond: its token is cancelled, and the client gets a JSON-RPC error. Default
    /// <see cref="Timeout.InfiniteTimeSpan"/>, since a client that stops waiting cancels its request; else 1 ms to 49 days.
    /// Subscriptions have no such limit.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Where tools get their services from. Default: none.</summary>
    public IServiceProvider? Services { get; init; }

    /// <summary>Takes the log of the SDK, such as exceptions of tools. Default: nobody.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The clock of the two times above. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>What is wrong with the options, if anything is.</summary>
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
