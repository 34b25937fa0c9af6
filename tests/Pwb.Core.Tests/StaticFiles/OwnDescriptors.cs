using System.Runtime.InteropServices;

namespace Pwb.Tests.StaticFiles;

/// <summary>A thread's own table of descriptors, on Linux.</summary>
internal static class OwnDescriptors
{
    private const int Files = 0x400; // CLONE_FILES
    private const int MaxTried = 2 * 1024 * 1024;

    /// <summary>Gives the thread that calls a table of its own, and fills that up. It is gone with the thread.</summary>
    public static bool TryExhaust()
    {
        if (Unshare(Files) != 0) return false;
        for (int i = 0; i < MaxTried; i++)
        {
            if (Duplicate(0) < 0) return true;
        }

        return false;
    }

    [DllImport("libc", EntryPoint = "unshare")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Unshare(int flags);

    [DllImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(int descriptor);
}
