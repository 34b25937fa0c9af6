using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pwb.Platform;

/// <summary>The calls to Windows that .NET does not make.</summary>
internal static partial class WindowsCalls
{
    private const int MaxPathLength = 32 * 1024;
    // FILE_SHARE_*, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS
    private const uint AnyShare = 7, OpenExisting = 3, BackupSemantics = 0x02000000;

    /// <summary>The real path of an open file, as <c>\\?\C:\folder\file</c>; null if it has none.</summary>
    public static string? GetRealPath(SafeFileHandle file)
    {
        char[] path = new char[MaxPathLength];
        uint length = GetFinalPath(file, path, path.Length, 0);
        return length > 0 && length < path.Length ? new string(path, 0, (int)length) : null;
    }

    /// <summary>Opens a directory, to ask for its real path.</summary>
    /// <returns>Null without one.</returns>
    public static SafeFileHandle? OpenFolder(string path)
    {
        SafeFileHandle folder = Create(path, access: 0, AnyShare, security: 0, OpenExisting, BackupSemantics, template: 0);
        if (!folder.IsInvalid) return folder;
        folder.Dispose();
        return null;
    }

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial SafeFileHandle Create(
        string path, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport(
        "kernel32", EntryPoint = "GetFinalPathNameByHandleW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial uint GetFinalPath(SafeFileHandle file, [Out] char[] path, int length, int flags);
}
