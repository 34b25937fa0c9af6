using System.Runtime.InteropServices;

namespace Pwb.Platform;

/// <summary>The calls to Linux that .NET does not make. Paths are UTF-8, and those in spans end with a NUL.</summary>
internal static partial class LinuxCalls
{
    // <errno.h>, the same on every architecture that .NET runs on.
    private const int NotPermitted = 1, NoEntry = 2, Interrupted = 4, Again = 11, AccessDenied = 13, OtherDevice = 18,
        NotDirectory = 20, Invalid = 22, NoSuchCall = 38;

    // O_PATH | O_CLOEXEC, <asm-generic/fcntl.h>: says which file it is and opens nothing, so neither a FIFO nor a device notices.
    private const int PathOnly = 0x200000 | CloseOnExec;

    private const int CloseOnExec = 0x80000, NonBlocking = 0x800, SetStatusFlags = 4; // O_CLOEXEC, O_NONBLOCK, F_SETFL

    // <linux/openat2.h>. The call has one number on every architecture: it is newer than the table that all share.
    private const int OpenAt2 = 437;
    private const ulong NoMagicLinks = 0x02, Beneath = 0x08;

    // O_LARGEFILE of 32-bit ARM, the only 32-bit Linux of .NET: without it, files above 2 GiB cannot be opened.
    private static readonly int LargeFile = RuntimeInformation.ProcessArchitecture == Architecture.Arm ? 0x20000 : 0;

    private const int OfDescriptorItself = 0x1000, NoFollow = 0x100; // AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW
    private const uint BasicStatus = 0x7FF; // STATX_BASIC_STATS

    /// <summary>Finds the file at a path, by O_PATH.</summary>
    /// <returns>A descriptor; -1 with the error in <see cref="Marshal.GetLastPInvokeError"/>.</returns>
    public static int OpenPath(string path) => Open(path, PathOnly);

    /// <summary>
    /// Finds the file at a path below a directory, by O_PATH. Links are followed, except the magic ones of /proc: those lead to
    /// another process's files, whose real paths look like this process's.
    /// </summary>
    /// <param name="directory">The directory.</param>
    /// <param name="path">The path, which may be "."</param>
    /// <param name="staysBeneath">
    /// Whether the kernel itself is to refuse each step out of the directory, and each absolute link.
    /// </param>
    /// <returns>A descriptor; -1 with the error in <see cref="Marshal.GetLastPInvokeError"/>.</returns>
    public static int OpenPathBelow(int directory, string path, bool staysBeneath)
    {
        OpenHow how = new() { Flags = PathOnly, Resolve = staysBeneath ? NoMagicLinks | Beneath : NoMagicLinks };
        nint descriptor;
        do descriptor = OpenBelowOnce(OpenAt2, directory, path, how, Marshal.SizeOf<OpenHow>());
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return (int)descriptor;
    }

    /// <summary>
    /// Whether <see cref="OpenPathBelow"/> has just failed because the path leaves the directory, or seemed to during a rename.
    /// </summary>
    public static bool HasLeft() => Marshal.GetLastPInvokeError() is OtherDevice or Again;

    /// <summary>Whether a call has just failed because this system does not have it, or a sandbox does not allow it.</summary>
    public static bool IsMissing() =>
        Marshal.GetLastPInvokeError() is NoSuchCall or NotPermitted or AccessDenied or Invalid or NoEntry or NotDirectory;

    /// <summary>
    /// Opens content to be read. Never waits until others give a file free: a lease (fcntl(2)) is the error EAGAIN.
    /// </summary>
    /// <returns>A descriptor; -1 with the error in <see cref="Marshal.GetLastPInvokeError"/>.</returns>
    public static int OpenContent(string path)
    {
        int descriptor = Open(path, CloseOnExec | LargeFile | NonBlocking);

        // open(2): O_NONBLOCK has no reliable effect on reading a file.
        if (descriptor >= 0) _ = Control(descriptor, SetStatusFlags, LargeFile);
        return descriptor;
    }

    /// <summary>The status of a descriptor's file.</summary>
    public static bool TryGetStatus(int descriptor, out LinuxStatus status) =>
        GetStatus(descriptor, "", OfDescriptorItself, BasicStatus, out status) == 0;

    /// <summary>The status of an entry of a directory; of a link itself.</summary>
    public static bool TryGetStatus(int directory, string name, out LinuxStatus status) =>
        GetStatus(directory, name, NoFollow, BasicStatus, out status) == 0;

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint ReadLink(ReadOnlySpan<byte> path, Span<byte> target, nint length);

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

    // openat2(2), which not every C library has.
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint OpenBelowOnce(nint call, nint directory, string path, in OpenHow how, nint size);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetStatus(int directory, string path, int flags, uint mask, out LinuxStatus status);

    /// <summary>struct open_how.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}
