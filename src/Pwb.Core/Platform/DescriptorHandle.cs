using Microsoft.Win32.SafeHandles;

namespace Pwb.Platform;

/// <summary>
/// A Unix descriptor that PWB owns. It is closed when no call uses it any more, so that its number never belongs to another file
/// meanwhile.
/// </summary>
internal sealed class DescriptorHandle : SafeHandleMinusOneIsInvalid
{
    public DescriptorHandle(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>Its number, to be told.</summary>
    public int Number => (int)handle;

    protected override bool ReleaseHandle() => UnixCalls.Close((int)handle) == 0;
}
