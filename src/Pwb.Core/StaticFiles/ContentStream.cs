using Microsoft.Win32.SafeHandles;

namespace Pwb.StaticFiles;

/// <summary>The state of an open file's content.</summary>
internal enum ContentChange
{
    /// <summary>It is as it was; more may have been added behind it.</summary>
    None,

    /// <summary>
    /// It was written to, and is as long as before. Or something is just being added: the time changes before the length does.
    /// </summary>
    Written,

    /// <summary>Some of it is gone.</summary>
    Cut,
}

/// <summary>A file of a folder that is open for reading, and can be sent by a socket.</summary>
/// <param name="handle">The file, opened for asynchronous use where systems make a difference.</param>
/// <param name="opened">The file as the response says that it is.</param>
internal abstract class ContentStream(SafeFileHandle handle, ContentInfo opened)
    : FileStream(handle, FileAccess.Read, bufferSize: 0, isAsync: OperatingSystem.IsWindows())
{
    // A socket sends no other handle, and FileStream accepts only one that it has opened itself. Other systems can read every
    // file asynchronously.
    public override bool IsAsync => true;

    /// <summary>
    /// Compares the open file with its state at opening. The change time (ctime) does not count: renaming the file, or another
    /// file over it, changes that too.
    /// </summary>
    public ContentChange Compare()
    {
        (long length, DateTimeOffset lastModified) = Look();
        if (length < opened.Length) return ContentChange.Cut;
        return length == opened.Length && lastModified != opened.LastModified ? ContentChange.Written : ContentChange.None;
    }

    protected abstract (long Length, DateTimeOffset LastModified) Look();
}
