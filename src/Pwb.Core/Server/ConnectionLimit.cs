using Pwb.Platform;

namespace Pwb.Server;

/// <summary>
/// How many connections a server may have when it is not told: a limit that leaves the process enough descriptors and memory to
/// live.
/// </summary>
internal static class ConnectionLimit
{
    private const int Most = 10_000;

    // What a process needs besides connections: its files, pipes and epoll handles. With less than that left, .NET itself breaks.
    private const int Reserved = 128;

    // What a connection takes while its client does not take a large file over TLS, measured: docs/limits.md. Half of the memory
    // is for connections.
    private const long BytesEach = 256 * 1024;

    // Elsewhere the soft limit is one that .NET has raised at start, and is large.
    /// <exception cref="IOException">The open-file limit is too low to work with.</exception>
    public static int Default() =>
        Default(ThisSystem.IsLinux ? LinuxProcess.ReadOpenFileLimit() : null, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <param name="openFiles">The open-file limit, if it is known.</param>
    /// <param name="memory">
    /// What the process may take, in bytes: the machine's memory, or less by a container's or the heap's own limit. 0 if that is
    /// not known.
    /// </param>
    /// <exception cref="IOException">The open-file limit is too low to work with.</exception>
    internal static int Default(int? openFiles, long memory)
    {
        int limit = memory > 0 ? (int)Math.Clamp(memory / 2 / BytesEach, 1, Most) : Most;
        if (openFiles is null || openFiles > (Most * 2) + Reserved) return limit;

        int descriptors = (openFiles.Value - Reserved) / 2;
        return descriptors >= 1
            ? Math.Min(limit, descriptors)
            : throw new IOException($"The open-file limit is {openFiles}; at least {Reserved + 2} are needed.");
    }
}
