using System.Runtime.InteropServices;

namespace Pwb.Platform;

/// <summary>The calls to Linux, macOS and the BSDs that .NET does not make, and that are the same on each of them.</summary>
internal static partial class UnixCalls
{
    /// <summary>Makes another descriptor of the same file.</summary>
    /// <returns>The lowest free descriptor; -1 without one.</returns>
    [LibraryImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Close(int descriptor);

    /// <summary>Has a descriptor closed in every program that this one becomes or starts. Not for Windows.</summary>
    public static void CloseOnExec(int descriptor) => _ = Control(descriptor, OperatingSystem.IsLinux() ? 0x5451u : 0x20006601u);

    // ioctl(2) with FIOCLEX, since it takes no third argument: those of variadic functions go elsewhere on some systems.
    [LibraryImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int descriptor, nuint request);
}
