using System.IO.Enumeration;
using Pwb.Platform;

namespace Pwb.StaticFiles;

/// <summary>
/// A folder on Linux. The kernel looks a name up, to a descriptor that opens nothing yet (O_PATH), and ensures that no step
/// leaves the root (openat2). Type, length and times are read from the descriptor, and the content is opened through it. So no
/// race can put another file between the check and the use.
/// </summary>
internal sealed class LinuxFolder : ContentSource
{
    private readonly string _root;
    private readonly bool _followLinksOutside;

    private LinuxFolder(string root, bool followLinksOutside)
    {
        _root = root;
        _followLinksOutside = followLinksOutside;
    }

    /// <param name="root">A full path.</param>
    /// <param name="followLinksOutside">Whether links may lead out of it.</param>
    /// <returns>
    /// Null where the system lacks the means: a kernel before 5.6, a sandbox that forbids the calls, or no /proc.
    /// </returns>
    /// <exception cref="IOException">The answer cannot be found now, for example because no descriptor is left.</exception>
    public static LinuxFolder? TryCreate(string root, bool followLinksOutside) =>
        ThisSystem.IsLinux && PathHandle.IsSupported() ? new LinuxFolder(root, followLinksOutside) : null;

    public override ContentInfo? Find(string path)
    {
        using PathHandle handle = Open(path);
        return handle.IsOpen ? Describe(handle.GetStatus(), Path.GetFileName(path)) : null;
    }

    public override Stream? Open(string path, out ContentInfo info)
    {
        info = default;
        using PathHandle handle = Open(path);
        if (!handle.IsOpen || Describe(handle.GetStatus(), Path.GetFileName(path)) is not { IsDirectory: false } file)
            return null;

        info = file;
        return file.Length == 0 ? Stream.Null : handle.OpenContent(file);
    }

    public override IEnumerable<ContentInfo> List(string path)
    {
        using PathHandle handle = Open(path);
        if (!handle.IsOpen || !handle.GetStatus().IsDirectory) yield break;

        // One by one: a directory may hold more names than memory should.
        foreach (string name in new FileSystemEnumerable<string>(
            handle.GetDescriptorPath(),
            (ref FileSystemEntry entry) => entry.FileName.ToString(),
            new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false }))
        {
            if (!handle.TryGetStatus(name, out LinuxStatus status)) continue;
            ContentInfo? info =
                status.IsLink ? FileErrors.FindListed(this, path.Length == 0 ? name : $"{path}/{name}") : Describe(status, name);
            if (info is { } entry) yield return entry;
        }
    }

    /// <summary>Null for entries that are never served: FIFOs, sockets, devices.</summary>
    internal static ContentInfo? Describe(in LinuxStatus status, string name)
    {
        if (!status.IsDirectory && !status.IsRegularFile) return null;
        return new ContentInfo(name, status.IsDirectory, status.IsDirectory ? 0 : status.Length, status.LastModified)
        {
            Revision = status.Revision,
        };
    }

    // The root is opened each time: it may be a link that is switched to another folder, and is then the boundary at once.
    private PathHandle Open(string path)
    {
        using PathHandle root = PathHandle.Open(_root);
        if (!root.IsOpen) return default;
        if (path.Length == 0) path = ".";
        return _followLinksOutside ? root.OpenBelow(path) : root.OpenWithin(path);
    }
}
