using Pwb.StaticFiles;

namespace Pwb;

/// <summary>
/// The content of a folder. Nothing outside the folder is served, whatever the path. Links that end inside work; an option allows
/// others. FIFOs, sockets and devices are never opened.
/// </summary>
/// <remarks>
/// The folder may change at any time. A file that is replaced by renaming is served whole, either the old or the new one. The
/// folder itself may be replaced, or be a link that is switched. A hard link cannot be told from the file. A person who may write
/// to the folder while it is served cannot make it serve anything outside: on Linux the kernel prevents that; on macOS and
/// Windows links are checked before a file is opened, and the system is then asked where the open file is.
/// </remarks>
/// <example><code>
/// StaticFileHandler handler = new(new FolderSource("wwwroot"));
/// </code></example>
public sealed class FolderSource : ContentSource
{
    private readonly ContentSource _folder;

    /// <param name="root">The folder. A relative path is taken from the current directory, now.</param>
    /// <param name="followLinksOutside">
    /// Whether links may lead out of the folder. Default false: such links are not found.
    /// </param>
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
