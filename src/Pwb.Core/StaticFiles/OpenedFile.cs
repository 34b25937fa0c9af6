using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Pwb.Platform;

namespace Pwb.StaticFiles;

/// <summary>Opens files by their paths, and finds out which file was opened, on every system that can tell.</summary>
internal static class OpenedFile
{
    private const int CurrentDirectory = -100; // AT_FDCWD of Linux

    /// <summary>
    /// Opens a file, or on Linux and macOS a directory, for reading. Waits neither for a lease nor for the other end of a FIFO
    /// there.
    /// </summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="IOException">Anything else that is wrong.</exception>
    public static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            int descriptor;
            if (OperatingSystem.IsLinux()) descriptor = LinuxCalls.OpenContent(path);
            else if (OperatingSystem.IsMacOS()) descriptor = MacCalls.OpenContent(path);
            else return File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);

            if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
            return UnixErrors.GetLast(path) is { } exception ? throw exception : null;
        }
        catch (IOException exception) when (FileErrors.IsAbsent(exception))
        {
            return null;
        }
    }

    /// <summary>Whether the opened file is inside a folder, wherever its path led by then.</summary>
    /// <param name="file">The file.</param>
    /// <param name="folder">The folder's path, by any links.</param>
    /// <returns>True too where the system cannot tell.</returns>
    public static bool IsWithin(SafeFileHandle file, string folder)
    {
        using SafeFileHandle? opened = OperatingSystem.IsWindows() ? WindowsCalls.OpenFolder(folder) : TryOpen(folder);
        if (opened is null) return false;
        if (GetRealPath(opened) is not { } realFolder) return true;

        // Both are the system's own spelling.
        string prefix = Path.EndsInDirectorySeparator(realFolder) ? realFolder : realFolder + Path.DirectorySeparatorChar;
        return GetRealPath(file) is { } real && real.StartsWith(prefix, StringComparison.Ordinal);
    }

    /// <summary>
    /// Facts about a path's file that .NET does not tell: whether it is a regular file, and the value of
    /// <see cref="ContentInfo.Revision"/>.
    /// </summary>
    /// <returns>False for a FIFO, a socket, a device, a link.</returns>
    public static bool IsOrdinary(string path, out long revision)
    {
        revision = 0;
        if (OperatingSystem.IsMacOS())
        {
            if (!MacCalls.TryGetStatus(path, out MacStatus found)) return true;
            revision = found.Revision;
            return found.IsOrdinary;
        }

        if (!OperatingSystem.IsLinux()) return true;
        try
        {
            if (!LinuxCalls.TryGetStatus(CurrentDirectory, path, out LinuxStatus status)) return true;
            revision = status.Revision;
            return status.IsRegularFile || status.IsDirectory;
        }
        catch (EntryPointNotFoundException)
        {
            return true; // an old C library
        }
    }

    // Null where the system cannot tell, such as Linux without /proc.
    private static string? GetRealPath(SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows()) return WindowsCalls.GetRealPath(file);
        if (OperatingSystem.IsMacOS()) return MacCalls.GetRealPath(file);
        return OperatingSystem.IsLinux()
            ? new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.DangerousGetHandle()}")).LinkTarget
            : null;
    }
}
