namespace Pwb;

/// <summary>A file or a directory of a <see cref="ContentSource"/>, as it was when somebody looked.</summary>
/// <param name="Name">Its own name, without the path.</param>
/// <param name="IsDirectory">Whether it holds others.</param>
/// <param name="Length">The number of bytes of a file; 0 for a directory.</param>
/// <param name="LastModified">When the content was last changed.</param>
/// <param name="Identity">Tells contents of one name, length and time apart, such as an inode number or a hash; 0 when nothing can.</param>
public readonly record struct ContentInfo(string Name, bool IsDirectory, long Length, DateTimeOffset LastModified, long Identity = 0);
