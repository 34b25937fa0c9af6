namespace Pwb;

/// <summary>A file or a directory of a <see cref="ContentSource"/>, as it was when somebody looked.</summary>
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
    /// Names the content, such as a hash of it or the number of a version. Equal on every server that has the same content:
    /// clients see it, hashed, in the entity tag. Default 0: there is none. Then the tag follows from length and time and, in a
    /// folder, where times have no fraction of a second, from content.
    /// </summary>
    public long Identity { get; init; }

    /// <summary>
    /// Differs when the file may be another one, or may have changed in any way: a hash of device, inode and time of change, say.
    /// Compared with what is in memory, and never sent. Default 0: nothing is known.
    /// </summary>
    public long Revision { get; init; }
}
