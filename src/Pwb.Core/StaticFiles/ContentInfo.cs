namespace Pwb;

/// <summary>A file or a directory of a <see cref="ContentSource"/>, as it was at the time of the lookup.</summary>
/// <param name="Name">Its own name, without the path.</param>
/// <param name="IsDirectory">Whether it holds others.</param>
/// <param name="Length">The number of bytes of a file; 0 for a directory.</param>
/// <param name="LastModified">When the content was last changed.</param>
/// <example><code>
/// ContentInfo file = new("index.html", IsDirectory: false, page.Length, time);
/// </code></example>
public readonly record struct ContentInfo(string Name, bool IsDirectory, long Length, DateTimeOffset LastModified)
{
    /// <summary>
    /// The identity of the content, such as a hash of it or a version number. It is equal on every server with the same content,
    /// and clients see it, hashed, in the entity tag. Default 0: no identity. The tag is then made from length and time and, in a
    /// folder with times of whole seconds, from the content.
    /// </summary>
    public long Identity { get; init; }

    /// <summary>
    /// A number that differs when the file may be another one or may have changed in any way, such as a hash of device, inode and
    /// change time. Compared with the cached one, and never sent. Default 0: unknown.
    /// </summary>
    public long Revision { get; init; }
}
