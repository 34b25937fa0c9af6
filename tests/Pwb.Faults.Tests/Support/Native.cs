using System.Runtime.InteropServices;

namespace Pwb.Faults.Support;

/// <summary>The calls to Linux that .NET does not make.</summary>
internal static partial class Native
{
    public const int Hangup = 1, Interrupt = 2, KillAtOnce = 9, Terminate = 15, Continue = 18, Stop = 19;

    private const int OpenFiles = 7; // RLIMIT_NOFILE

    public static void Kill(int process, int signal)
    {
        if (KillProcess(process, signal) != 0)
            throw new InvalidOperationException($"kill: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Sets the number of descriptors that a running process may have.</summary>
    /// <returns>The limit that it had.</returns>
    public static long SetOpenFileLimit(int process, long limit)
    {
        if (GetLimits(process, OpenFiles, 0, out Limits old) != 0)
            throw new InvalidOperationException($"prlimit: {Marshal.GetLastPInvokeErrorMessage()}");
        Limits limits = old with { Soft = (ulong)limit };
        if (SetLimits(process, OpenFiles, limits, 0) != 0)
            throw new InvalidOperationException($"prlimit: {Marshal.GetLastPInvokeErrorMessage()}");
        return (long)old.Soft;
    }

    /// <summary>Sets whether programs that this process starts inherit a descriptor.</summary>
    public static void SetInherited(nint descriptor, bool isInherited)
    {
        const int setFlags = 2, closeOnExec = 1; // F_SETFD and FD_CLOEXEC
        if (ControlFile((int)descriptor, setFlags, isInherited ? 0 : closeOnExec) != 0)
            throw new InvalidOperationException($"fcntl: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Opens a terminal: what is written to the path comes out of the stream.</summary>
    public static (FileStream Master, string Path) OpenTerminal()
    {
        const int readWrite = 2, noControllingTerminal = 256;
        int master = OpenMaster(readWrite | noControllingTerminal);
        byte[] name = new byte[64];
        if (master < 0 || Grant(master) != 0 || Unlock(master) != 0 || GetName(master, name, name.Length) != 0)
            throw new InvalidOperationException($"No terminal: {Marshal.GetLastPInvokeErrorMessage()}");

        FileStream stream = new(
            new Microsoft.Win32.SafeHandles.SafeFileHandle(master, ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
        return (stream, System.Text.Encoding.ASCII.GetString(name).TrimEnd('\0'));
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int KillProcess(int process, int signal);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ControlFile(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetLimits(int process, int resource, nint none, out Limits limits);

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetLimits(int process, int resource, in Limits limits, nint none);

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Grant(int master);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unlock(int master);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetName(int master, Span<byte> name, nint length);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limits(ulong Soft, ulong Hard);
}
