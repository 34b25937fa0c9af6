using Microsoft.Win32.SafeHandles;

namespace Pwb.StaticFiles;

/// <summary>A file that is open for reading, on a system where every file can be read asynchronously. FileStream believes that only of what it opens itself, and a socket sends no other.</summary>
internal sealed class ContentStream(SafeFileHandle handle) : FileStream(handle, FileAccess.Read, bufferSize: 0)
{
    public override bool IsAsync => true;
}
