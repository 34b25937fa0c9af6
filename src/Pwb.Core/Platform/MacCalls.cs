using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Pwb.Platform;

/// <summary>The calls to macOS that .NET does not make.</summary>
internal static partial class MacCalls
{
    private const int NonBlocking = 0x4, CloseOnExec = 0x1000000, GetPath = 50; // O_NONBLOCK, O_CLOEXEC, F_GETPATH: <sys/fcntl.h>
    private const int MaxPathLength = 1024; // PATH_MAX, which is what F_GETPATH writes at most

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>
    /// Opens content for reading, without waiting for a program that has locked it, nor for the other end of a FIFO.
    /// </summary>
    /// <returns>A descriptor; -1 with the error in <see cref="Marshal.GetLastPInvokeError"/>.</returns>
    public static int OpenContent(string path) => Open(path, NonBlocking | CloseOnExec);

    /// <summary>The real path of an open file; null if it has none.</summary>
    public static string? GetRealPath(SafeFileHandle file)
    {
        byte[] path = new byte[MaxPathLength + 1];
        int result = IsArm ? ControlOnArm(file, GetPath, 0, 0, 0, 0, 0, 0, path) : Control(file, GetPath, path);
        return result == 0 ? Encoding.UTF8.GetString(path.AsSpan(0, path.AsSpan().IndexOf((byte)0))) : null;
    }

    /// <summary>The status of the file at a path, or of a link itself.</summary>
    public static bool TryGetStatus(string path, out MacStatus status) =>
        (IsArm ? GetStatus(path, out status) : GetStatusOnIntel(path, out status)) == 0;

    // No mode, which would be a variable argument: Apple passes those in another way.
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libSystem", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libSystem", EntryPoint = "lstat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(string path, out MacStatus status);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libSystem", EntryPoint = "lstat$INODE64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatusOnIntel(string path, out MacStatus status);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libSystem", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, byte[] path);

    // Apple passes variable arguments on the stack, which begins behind the eight registers of this processor.
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libSystem", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int ControlOnArm(
        SafeFileHandle file, int command, nint x2, nint x3, nint x4, nint x5, nint x6, nint x7, byte[] path);
}
