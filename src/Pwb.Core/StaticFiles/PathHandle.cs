using System.Globalization;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace Pwb.StaticFiles;

/// <summary>
/// A file or directory of Linux that has been found, but not opened: whatever happens to its name meanwhile, what was checked is what is served.
/// </summary>
internal readonly struct PathHandle : IDisposable
{
    // PATH_MAX. The kernel gives no longer path for a descriptor.
    private const int MaxPathLength = 4096;

    private readonly string _path;
    private readonly int _descriptorPlusOne; // so that the default is none

    private PathHandle(string path, int descriptor)
    {
        _path = path;
        _descriptorPlusOne = descriptor + 1;
    }

    public bool IsOpen => _descriptorPlusOne > 0;

    private int Descriptor => _descriptorPlusOne - 1;

    /// <summary>Follows links. Not open if there is nothing.</summary>
    /// <exception cref="UnauthorizedAccessException">A directory on the way may not be searched.</exception>
    /// <exception cref="IOException">Anything else that is wrong.</exception>
    public static PathHandle Open(string path)
    {
        int descriptor = LinuxCalls.OpenPath(path);
        if (descriptor >= 0) return new PathHandle(path, descriptor);
        return LinuxCalls.GetLastError(path) is { } exception ? throw exception : default;
    }

    /// <summary>Whether its real path is a folder, or below it.</summary>
    /// <param name="folder">The real path of the folder, with a slash at its end.</param>
    public bool IsWithin(ReadOnlySpan<byte> folder)
    {
        Span<byte> buffer = stackalloc byte[MaxPathLength];
        ReadOnlySpan<byte> path = GetRealPath(buffer);
        return path.StartsWith(folder) || (path.Length == folder.Length - 1 && folder.StartsWith(path));
    }

    /// <summary>Its real path, with a slash at its end.</summary>
    public byte[] GetRealFolder()
    {
        ReadOnlySpan<byte> path = GetRealPath(stackalloc byte[MaxPathLength]);
        return path is [.., (byte)'/'] ? path.ToArray() : [.. path, (byte)'/'];
    }

    public LinuxStatus GetStatus()
    {
        if (LinuxCalls.TryGetStatus(Descriptor, out LinuxStatus status)) return status;
        throw LinuxCalls.GetLastError(_path) ?? new FileNotFoundException(null, _path);
    }

    /// <summary>The status of what a directory has by some name, of a link itself. False if there is nothing, or nothing to be found out.</summary>
    public bool TryGetStatus(string name, out LinuxStatus status) => LinuxCalls.TryGetStatus(Descriptor, name, out status);

    /// <summary>Opens this very file.</summary>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="IOException">Anything else that is wrong.</exception>
    public ContentStream OpenContent()
    {
        // Not by FileStream itself: that would lock the file, against other programs on .NET that want to write it, and refuse one that they have locked.
        int content = LinuxCalls.OpenContent(GetDescriptorPath());
        if (content < 0) throw LinuxCalls.GetLastError(_path) ?? new FileNotFoundException(null, _path);
        return new ContentStream(new SafeFileHandle(content, ownsHandle: true));
    }

    /// <summary>A path by which this very file or directory is opened: it goes through no name, and no link, of the folder.</summary>
    public string GetDescriptorPath() => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{Descriptor}");

    public void Dispose()
    {
        if (IsOpen) _ = LinuxCalls.Close(Descriptor);
    }

    private ReadOnlySpan<byte> GetRealPath(Span<byte> buffer)
    {
        Span<byte> link = stackalloc byte[32];
        Utf8.TryWrite(link, CultureInfo.InvariantCulture, $"/proc/self/fd/{Descriptor}\0", out int length);
        nint read = LinuxCalls.ReadLink(link[..length], buffer, buffer.Length);
        if (read >= 0) return buffer[..(int)read];
        throw LinuxCalls.GetLastError(_path) ?? new IOException($"Its real path cannot be found out: '{_path}'");
    }
}
