using System.IO.Enumeration;
using Microsoft.Win32.SafeHandles;

namespace Pwb.StaticFiles;

/// <summary>
/// A folder on any system, with the means of .NET. Links are resolved and checked before a file is opened. Once it is open, the
/// system is asked where the file is, since the folder may have changed meanwhile (Windows, macOS, and Linux with /proc can
/// tell). FIFOs, sockets and devices are not found.
/// </summary>
internal sealed class PortableFolder(string root, bool followLinksOutside) : ContentSource
{
    private const int MaxLinks = 40; // MAXSYMLINKS of Linux

    public override ContentInfo? Find(string path) =>
        ResolveWithin(path) is { } real ? Describe(real, Path.GetFileName(path)) : null;

    public override Stream? Open(string path, out ContentInfo info)
    {
        info = default;
        if (ResolveWithin(path) is not { } real || Describe(real, Path.GetFileName(path)) is not { IsDirectory: false } file)
            return null;

        info = file;
        if (file.Length == 0) return Stream.Null;

        SafeFileHandle? handle = OpenedFile.TryOpen(real);
        if (handle is null) return null;

        ContentStream? stream = null;
        try
        {
            if (!followLinksOutside && !OpenedFile.IsWithin(handle, root)) return null;
            info =
                file with { Length = RandomAccess.GetLength(handle), LastModified = ToOffset(File.GetLastWriteTimeUtc(handle)) };
            stream = new PortableContentStream(handle, info);
            return stream;
        }
        catch (NotSupportedException)
        {
            return null; // a FIFO or a socket has taken its place, and has no length
        }
        finally
        {
            if (stream is null) handle.Dispose();
        }
    }

    public override IEnumerable<ContentInfo> List(string path)
    {
        if (ResolveWithin(path) is not { } real || !Directory.Exists(real)) yield break;

        // One by one: a directory may hold more names than memory should.
        foreach (string name in new FileSystemEnumerable<string>(
            real,
            (ref FileSystemEntry entry) => entry.FileName.ToString(),
            new EnumerationOptions { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false }))
        {
            if (FileErrors.FindListed(this, path.Length == 0 ? name : $"{path}/{name}") is { } info) yield return info;
        }
    }

    // Exists would hide that a directory on the way may not be searched; Attributes throws, and is -1 if there is nothing.
    private static ContentInfo? Describe(string real, string name)
    {
        try
        {
            var file = new FileInfo(real);
            FileAttributes attributes = file.Attributes;
            if (attributes == (FileAttributes)(-1) || !OpenedFile.IsOrdinary(real, out long revision)) return null;

            bool isDirectory = attributes.HasFlag(FileAttributes.Directory);
            return new ContentInfo(name, isDirectory, isDirectory ? 0 : file.Length, ToOffset(file.LastWriteTimeUtc))
            {
                Revision = revision,
            };
        }
        catch (IOException exception) when (FileErrors.IsAbsent(exception))
        {
            return null;
        }
    }

    private static DateTimeOffset ToOffset(DateTime time) => new(time, TimeSpan.Zero);

    // The root is resolved each time: it may be a link that is switched to another release.
    private string? ResolveWithin(string path)
    {
        if (Resolve(Path.GetFullPath(Path.Join(root, path))) is not { } real) return null;
        return followLinksOutside || (Resolve(root) is { } realRoot && IsWithin(realRoot, real)) ? real : null;
    }

    private static bool IsWithin(string folder, string path) =>
        path == folder
            || path.StartsWith(
                Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // realpath(3): .NET's own ResolveLinkTarget does not resolve links in the middle of a path.
    private static string? Resolve(string full)
    {
        string real = Path.GetPathRoot(full)!;
        var pending = new Stack<string>();
        Push(pending, full[real.Length..]);
        int links = 0;
        while (pending.TryPop(out string? segment))
        {
            if (segment is "" or ".") continue;
            if (segment == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            string next = Path.Join(real, segment);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks) return null;
            if (Path.IsPathRooted(target))
            {
                if (!Path.IsPathFullyQualified(target)) target = Path.GetFullPath(target, real); // "\\x", on Windows
                real = Path.GetPathRoot(target)!;
                target = target[real.Length..];
            }

            Push(pending, target);
        }

        return real;
    }

    private static void Push(Stack<string> pending, string path)
    {
        string[] segments = path.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        for (int i = segments.Length - 1; i >= 0; i--) pending.Push(segments[i]);
    }
}
