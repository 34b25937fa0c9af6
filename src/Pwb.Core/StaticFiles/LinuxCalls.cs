using System.Runtime.InteropServices;

namespace Pwb.StaticFiles;

/// <summary>The calls to Linux that .NET does not make. Paths are UTF-8, and those in spans end with a NUL.</summary>
internal static partial class LinuxCalls
{
    // <errno.h>, the same on every architecture that .NET runs on.
    private const int NotPermitted = 1, NoEntry = 2, Interrupted = 4, AccessDenied = 13, NotDirectory = 20, NameTooLong = 36, TooManyLinks = 40;

    // O_PATH | O_CLOEXEC, <asm-generic/fcntl.h>: says which file it is and opens nothing, so neither a FIFO nor a device notices.
    private const int PathOnly = 0x200000 | CloseOnExec;

    private const int CloseOnExec = 0x80000;

    // O_LARGEFILE of 32-bit ARM, the one 32-bit Linux that .NET runs on: without it, what has more than 2 GiB cannot be opened.
    private static readonly int LargeFile = RuntimeInformation.ProcessArchitecture == Architecture.Arm ? 0x20000 : 0;

    private const int OfDescriptorItself = 0x1000, NoFollow = 0x100; // AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW
    private const uint BasicStatus = 0x7FF; // STATX_BASIC_STATS

    /// <summary>Finds what a path names, by O_PATH.</summary>
    /// <returns>A descriptor; -1 with the error in <see cref="Marshal.GetLastPInvokeError"/>.</returns>
    public static int OpenPath(string path) => Open(path, PathOnly);

    /// <summary>Opens content to be read.</summary>
    /// <returns>A descriptor; -1 with the error in <see cref="Marshal.GetLastPInvokeError"/>.</returns>
    public static int OpenContent(string path) => Open(path, CloseOnExec | LargeFile);

    /// <summary>The status of what a descriptor stands for.</summary>
    public static bool TryGetStatus(int descriptor, out LinuxStatus status) =>
        GetStatus(descriptor, "", OfDescriptorItself, BasicStatus, out status) == 0;

    /// <summary>The status of an entry of a directory; of a link itself.</summary>
    public static bool TryGetStatus(int directory, string name, out LinuxStatus status) =>
        GetStatus(directory, name, NoFollow, BasicStatus, out status) == 0;

    /// <summary>What the last call's error is to a caller.</summary>
    /// <returns>Null if the file does not exist.</returns>
    public static Exception? GetLastError(string path)
    {
        int error = Marshal.GetLastPInvokeError();
        if (error is NoEntry or NotDirectory or TooManyLinks or NameTooLong) return null;

        string message = $"{Marshal.GetPInvokeErrorMessage(error)}: '{path}'";
        return error is NotPermitted or AccessDenied ? new UnauthorizedAccessException(message) : new IOException(message, error);
    }

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint ReadLink(ReadOnlySpan<byte> path, Span<byte> target, nint length);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Close(int descriptor);

    // A file system in user space, or across a network, may be interrupted.
    private static int Open(string path, int flags)
    {
        int descriptor;
        do descriptor = OpenOnce(path, flags);
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return descriptor;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenOnce(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetStatus(int directory, string path, int flags, uint mask, out LinuxStatus status);
}
