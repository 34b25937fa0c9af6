namespace Pwb;

/// <summary>
/// A store of content for <c>StaticFileHandler</c>: a folder, the resources of an assembly, or your own. Many requests call it
/// concurrently, on the thread pool; it may block.
/// </summary>
/// <remarks>
/// A path is decoded, relative and made of segments with a slash between two; the root is the empty string. The handler has seen
/// to it that no segment is empty, "." or "..", and that none holds a slash or an ASCII control character. On Windows none is a
/// name that Windows reads as another; elsewhere a segment may hold a backslash or a colon, or end in a dot. Names compare as the
/// source likes.
/// </remarks>
/// <example><code>
/// sealed class OnePage(byte[] page, DateTimeOffset time) : ContentSource
/// {
///     public override ContentInfo? Find(string path) =&gt;
///         path is "" or "index.html" ? new ContentInfo(path, IsDirectory: path is "", page.Length, time) : null;
///
///     public override Stream? Open(string path, out ContentInfo info)
///     {
///         info = Find(path) ?? default;
///         return path is "index.html" ? new MemoryStream(page, writable: false) : null;
///     }
///
///     public override IEnumerable&lt;ContentInfo&gt; List(string path) =&gt; path is "" ? [Find("index.html")!.Value] : [];
/// }
/// </code></example>
public abstract class ContentSource
{
    /// <summary>Looks something up.</summary>
    /// <param name="path">The path to look up.</param>
    /// <returns>The entry; null if there is none that may be served.</returns>
    /// <exception cref="UnauthorizedAccessException">It is there but cannot be read. The client gets 403.</exception>
    /// <exception cref="IOException">
    /// It cannot be found out. The client gets 500, or 503 if the process has too many open files or another program has the file
    /// to itself.
    /// </exception>
    public abstract ContentInfo? Find(string path);

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="info">The file as it is now that it is open: its content will have this length.</param>
    /// <returns>The content, as a seekable stream that the caller disposes of; null if there is no such file.</returns>
    /// <exception cref="UnauthorizedAccessException">It is there but cannot be read. The client gets 403.</exception>
    /// <exception cref="IOException">
    /// It cannot be opened. The client gets 500, or 503 if the process has too many open files or another program has the file to
    /// itself.
    /// </exception>
    public abstract Stream? Open(string path, out ContentInfo info);

    /// <summary>
    /// The entries of a directory, in any order, without those that may not be served. Enumerated once; a source with very many
    /// entries should yield them one by one.
    /// </summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="UnauthorizedAccessException">It cannot be read. The client gets 403.</exception>
    /// <exception cref="IOException">
    /// It cannot be read. The client gets 500, or 503 if the process has too many open files.
    /// </exception>
    public abstract IEnumerable<ContentInfo> List(string path);
}
