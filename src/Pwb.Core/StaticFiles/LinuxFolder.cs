using System.IO.Enumeration;

namespace Pwb.StaticFiles;

/// <summary>
/// A folder on Linux. A name is looked up by the kernel, once, to a descriptor that opens nothing yet (O_PATH). Its real path and
/// its type are read from there, and the content is opened through it: no race can put another file between the check and the use.
/// </summary>
internal sealed class LinuxFolder : ContentSource
{
    // A root that is a link may be switched to another release at any time, and again while that is noticed.
    private const int MaxAttempts = 3;

    private readonly string _root;
    private readonly bool _followLinksOutside;
    private volatile byte[] _realRoot;

    private LinuxFolder(string root, byte[] realRoot, bool followLinksOutside)
    {
        _root = root;
        _realRoot = realRoot;
        _followLinksOutside = followLinksOutside;
    }

    /// <param name="root">A full path.</param>
    /// <param name="followLinksOutside">Whether links may lead out of it.</param>
    /// <returns>Null where the system does not have what it takes: an old C library, a sandbox that forbids the calls, no /proc.</returns>
    public static LinuxFolder? TryCreate(string root, bool followLinksOutside)
    {
        if (!OperatingSystem.IsLinux()) return null;

        try
        {
            using PathHandle handle = PathHandle.Open(root);
            if (!handle.IsOpen || !handle.GetStatus().IsDirectory) return null;
            return new LinuxFolder(root, handle.GetRealFolder(), followLinksOutside);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }
    }

    public override ContentInfo? Find(string path)
    {
        using PathHandle handle = OpenWithin(path);
        return handle.IsOpen ? handle.GetStatus().Describe(Path.GetFileName(path)) : null;
    }

    public override Stream? Open(string path, out ContentInfo info)
    {
        info = default;
        using PathHandle handle = OpenWithin(path);
        if (!handle.IsOpen || handle.GetStatus().Describe(Path.GetFileName(path)) is not { IsDirectory: false } file) return null;

        info = file;
        return file.Length == 0 ? Stream.Null : handle.OpenContent();
    }

    public override IEnumerable<ContentInfo> List(string path)
    {
        using PathHandle handle = OpenWithin(path);
        if (!handle.IsOpen || !handle.GetStatus().IsDirectory) return [];

        var entries = new List<ContentInfo>();
        foreach (string name in new FileSystemEnumerable<string>(
            handle.GetDescriptorPath(),
            (ref FileSystemEntry entry) => entry.FileName.ToString(),
            new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false }))
        {
            if (!handle.TryGetStatus(name, out LinuxStatus status)) continue;
            ContentInfo? info = status.IsLink ? FileErrors.FindListed(this, path.Length == 0 ? name : $"{path}/{name}") : status.Describe(name);
            if (info is { } entry) entries.Add(entry);
        }

        return entries;
    }

    private PathHandle OpenWithin(string path)
    {
        for (int attempt = 1; ; attempt++)
        {
            byte[] realRoot = _realRoot;
            PathHandle handle;
            try
            {
                handle = PathHandle.Open(FullPath(path));
            }
            catch (UnauthorizedAccessException) when (!_followLinksOutside && !IsDeniedWithin(path, realRoot))
            {
                return default;
            }

            bool isAllowed = false;
            try
            {
                isAllowed = !handle.IsOpen || _followLinksOutside || handle.IsWithin(realRoot);
                if (isAllowed) return handle;
            }
            finally
            {
                if (!isAllowed) handle.Dispose();
            }

            if (attempt == MaxAttempts || !HasRootMoved(realRoot)) return default;
        }
    }

    // Whether it is a directory of this folder that may not be searched. What is denied behind a link out of it is not there at all: a
    // client that could tell 403 from 404 would know what there is.
    private bool IsDeniedWithin(string path, byte[] realRoot)
    {
        while (path.Length > 0)
        {
            path = path[..Math.Max(path.LastIndexOf('/'), 0)];
            try
            {
                using PathHandle handle = PathHandle.Open(FullPath(path));
                return handle.IsOpen && handle.IsWithin(realRoot);
            }
            catch (UnauthorizedAccessException)
            {
                // Nor may the one above it.
            }
        }

        return true;
    }

    private bool HasRootMoved(byte[] realRoot)
    {
        using PathHandle handle = PathHandle.Open(_root);
        if (!handle.IsOpen) return false;
        byte[] now = handle.GetRealFolder();
        if (realRoot.AsSpan().SequenceEqual(now)) return false;
        _realRoot = now;
        return true;
    }

    private string FullPath(string path) => path.Length == 0 ? _root : $"{_root}/{path}";
}
