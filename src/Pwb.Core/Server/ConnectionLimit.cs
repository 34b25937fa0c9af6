using Pwb.Platform;

namespace Pwb.Server;

/// <summary>The default limit of connections, which leaves the process enough descriptors and memory to live.</summary>
internal static class ConnectionLimit
{
    private const int Most = 10_000;

    // The descriptors that a process needs besides connections: for files, pipes and epoll handles. With fewer left, .NET itself
    // fails.
    private const int Reserved = 128;

    // The measured memory of a connection whose client is slow to take a large file over TLS: docs/limits.md. Half of the memory
    // is for connections.
    private const long BytesEach = 256 * 1024;

    // On other systems .NET has raised the soft limit at start, and it is large.
    /// <exception cref="IOException">The open-file limit is too low to work with.</exception>
    public static int Default() =>
        Default(ThisSystem.IsLinux ? LinuxProcess.ReadOpenFileLimit() : null, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <param name="openFiles">The open-file limit, or null if it is unknown.</param>
    /// <param name="memory">
    /// The memory that the process may use, in bytes: the machine's, or less by a limit of a container or of the heap. 0 if it is
    /// unknown.
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
