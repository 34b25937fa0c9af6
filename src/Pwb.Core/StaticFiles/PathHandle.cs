using System.Globalization;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;
using Pwb.Platform;

namespace Pwb.StaticFiles;

/// <summary>
/// A file or directory of Linux that was found, but not opened. Whatever happens to its name meanwhile, the checked file is the
/// served one.
/// </summary>
internal readonly struct PathHandle : IDisposable
{
    // PATH_MAX. The kernel gives no longer path for a descriptor.
    private const int MaxPathLength = 4096;

    private readonly string _path;
    private readonly int _descriptorPlusOne; // plus one, so that default is no descriptor

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
        return UnixErrors.GetLast(path) is { } exception ? throw exception : default;
    }

    /// <summary>Looks up a path below this directory, wherever links lead. Not open if there is nothing.</summary>
    /// <exception cref="UnauthorizedAccessException">A directory on the way may not be searched.</exception>
    /// <exception cref="IOException">Anything else that is wrong.</exception>
    public PathHandle OpenBelow(string path)
    {
        int descriptor = LinuxCalls.OpenPathBelow(Descriptor, path, staysBeneath: false);
        if (descriptor >= 0) return new PathHandle(path, descriptor);
        return UnixErrors.GetLast(path) is { } exception ? throw exception : default;
    }

    /// <summary>Looks up a path that stays below this directory. Not open if there is nothing inside.</summary>
    /// <exception cref="UnauthorizedAccessException">A directory inside may not be searched.</exception>
    /// <exception cref="IOException">Anything else that is wrong.</exception>
    public PathHandle OpenWithin(string path)
    {
        int descriptor = LinuxCalls.OpenPathBelow(Descriptor, path, staysBeneath: true);
        if (descriptor >= 0) return new PathHandle(path, descriptor);
        if (!LinuxCalls.HasLeft()) return UnixErrors.GetLast(path) is { } exception ? throw exception : default;

        // By an absolute link, or out and back in again: where it ends is what counts.
        PathHandle handle = default;
        bool isWithin = false;
        try
        {
            handle = OpenBelow(path);
            isWithin = handle.IsOpen && handle.IsWithin(this);
            return isWithin ? handle : default;
        }
        catch (UnauthorizedAccessException)
        {
            return default; // a client that could tell 403 from 404 would learn which files exist outside
        }
        finally
        {
            if (!isWithin) handle.Dispose();
        }
    }

    /// <summary>Whether this system has the calls by which paths are found, and /proc, by which files are opened.</summary>
    /// <exception cref="IOException">The answer cannot be found now, for example because no descriptor is left.</exception>
    public static bool IsSupported()
    {
        try
        {
            using PathHandle root = Open("/");
            int descriptor = root.IsOpen ? LinuxCalls.OpenPathBelow(root.Descriptor, ".", staysBeneath: true) : -1;
            using PathHandle handle = descriptor >= 0 ? new PathHandle("/", descriptor) : default;
            if (handle.IsOpen && LinuxCalls.TryGetStatus(descriptor, out _)
                && handle.TryGetRealPath(stackalloc byte[MaxPathLength], out _))
                return true;
            if (LinuxCalls.IsMissing()) return false;
            throw UnixErrors.GetLast("/") ?? new IOException("It cannot be found out what this system can do.");
        }
        catch (Exception exception) when (
            exception is UnauthorizedAccessException or EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

    public LinuxStatus GetStatus()
    {
        if (LinuxCalls.TryGetStatus(Descriptor, out LinuxStatus status)) return status;
        throw UnixErrors.GetLast(_path) ?? new FileNotFoundException(null, _path);
    }

    /// <summary>
    /// The status of an entry of a directory, of a link itself. False if there is none, or if it cannot be read.
    /// </summary>
    public bool TryGetStatus(string name, out LinuxStatus status) => LinuxCalls.TryGetStatus(Descriptor, name, out status);

    /// <summary>Opens this very file.</summary>
    /// <param name="file">The file as it was found.</param>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="IOException">Anything else that is wrong.</exception>
    public ContentStream OpenContent(in ContentInfo file)
    {
        // Not by FileStream itself: it would lock the file against other .NET programs that write it, and refuse a file that they
        // have locked.
        int content = LinuxCalls.OpenContent(GetDescriptorPath());
        if (content < 0) throw UnixErrors.GetLast(_path) ?? new FileNotFoundException(null, _path);
        return new LinuxContentStream(new SafeFileHandle(content, ownsHandle: true), file);
    }

    /// <summary>
    /// A path by which this very file or directory is opened: it goes through no name, and no link, of the folder.
    /// </summary>
    public string GetDescriptorPath() => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{Descriptor}");

    public void Dispose()
    {
        if (IsOpen) _ = UnixCalls.Close(Descriptor);
    }

    // By their real paths. A path longer than the kernel can tell is in no folder.
    private bool IsWithin(in PathHandle directory)
    {
        if (!directory.TryGetRealPath(stackalloc byte[MaxPathLength], out ReadOnlySpan<byte> folder)) return false;
        if (!TryGetRealPath(stackalloc byte[MaxPathLength], out ReadOnlySpan<byte> path) || !path.StartsWith(folder))
            return false;
        return path.Length == folder.Length || folder is [.., (byte)'/'] || path[folder.Length] == '/';
    }

    private bool TryGetRealPath(Span<byte> buffer, out ReadOnlySpan<byte> path)
    {
        Span<byte> link = stackalloc byte[32];
        Utf8.TryWrite(link, CultureInfo.InvariantCulture, $"/proc/self/fd/{Descriptor}\0", out int length);
        nint read = LinuxCalls.ReadLink(link[..length], buffer, buffer.Length);
        path = read < 0 ? default : buffer[..(int)read];
        return read >= 0;
    }
}
