using System.Runtime.InteropServices;

namespace Pwb.Platform;

/// <summary>The calls to Linux, macOS and the BSDs that .NET does not make, and that are the same on each of them.</summary>
internal static partial class UnixCalls
{
    /// <summary>Makes another descriptor of the same file.</summary>
    /// <returns>The lowest that is free; -1 if there is none.</returns>
    [LibraryImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Close(int descriptor);
}
