using Microsoft.Win32.SafeHandles;
using Pwb.Platform;

namespace Pwb.StaticFiles;

/// <summary>A file of Linux, which one call tells everything about.</summary>
internal sealed class LinuxContentStream(SafeFileHandle handle, ContentInfo opened) : ContentStream(handle, opened)
{
    protected override (long Length, DateTimeOffset LastModified) Look()
    {
        if (LinuxCalls.TryGetStatus(SafeFileHandle.DangerousGetHandle().ToInt32(), out LinuxStatus status))
            return (status.Length, status.LastModified);
        throw UnixErrors.GetLast(Name) ?? new FileNotFoundException(null, Name);
    }
}
