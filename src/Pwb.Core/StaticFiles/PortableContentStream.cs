using Microsoft.Win32.SafeHandles;

namespace Pwb.StaticFiles;

/// <summary>A file of any system, by what .NET tells about it.</summary>
internal sealed class PortableContentStream(SafeFileHandle handle, ContentInfo opened) : ContentStream(handle, opened)
{
    protected override (long Length, DateTimeOffset LastModified) Look() =>
        (RandomAccess.GetLength(SafeFileHandle), new DateTimeOffset(File.GetLastWriteTimeUtc(SafeFileHandle), TimeSpan.Zero));
}
