using Pwb.StaticFiles;

namespace Pwb;

/// <summary>
/// The content of a folder. Nothing outside of it is read, by whatever path. Links work as long as they end inside, unless told
/// otherwise. FIFOs, sockets and devices are not there, and are never opened.
/// </summary>
/// <remarks>
/// The folder may change at any time: a file that is replaced by renaming another one is served whole, either the old or the new
/// one; the folder itself may be replaced, or be a link that is switched. A hard link cannot be told from the file. Who may write
/// to the folder while it is served cannot make it serve what is outside: on Linux the kernel sees to that; on macOS and Windows
/// links are checked before a file is opened, and where it is is asked when it is open.
/// </remarks>
/// <example><code>
/// StaticFileHandler handler = new(new FolderSource("wwwroot"));
/// </code></example>
public sealed class FolderSource : ContentSource
{
    private readonly ContentSource _folder;

    /// <param name="root">The folder. A relative path is taken from the current directory, now.</param>
    /// <param name="followLinksOutside">Whether links may lead out of it. Default false: what they lead to is not there.</param>
    /// <exception cref="ArgumentException"><paramref name="root"/> is empty, or is not a directory.</exception>
    /// <exception cref="DirectoryNotFoundException"><paramref name="root"/> does not exist.</exception>
    /// <exception cref="IOException">The process has too many open files.</exception>
    public FolderSource(string root, bool followLinksOutside = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        if (!Directory.Exists(full))
            throw File.Exists(full)
                ? new ArgumentException($"It is not a directory: '{full}'", nameof(root))
                : new DirectoryNotFoundException($"There is no directory '{full}'.");

        _folder = LinuxFolder.TryCreate(full, followLinksOutside) ?? (ContentSource)new PortableFolder(full, followLinksOutside);
    }

    /// <inheritdoc/>
    public override ContentInfo? Find(string path) => IsName(path) ? _folder.Find(path) : null;

    /// <inheritdoc/>
    public override Stream? Open(string path, out ContentInfo info)
    {
        info = default;
        return IsName(path) ? _folder.Open(path, out info) : null;
    }

    /// <inheritdoc/>
    public override IEnumerable<ContentInfo> List(string path) => IsName(path) ? _folder.List(path) : [];

    // The handler asks for nothing else. A system would end the name at a NUL.
    private static bool IsName(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal)) return false;
        foreach (Range segment in path.AsSpan().SplitAny('/', Path.DirectorySeparatorChar))
        {
            if (path.AsSpan(segment) is "..") return false;
        }

        return true;
    }
}
