using Microsoft.Win32.SafeHandles;

namespace Pwb.Platform;

/// <summary>
/// A descriptor of Unix that is ours to close. It is closed when nobody is inside a call with it any more, so that its number is
/// never somebody else's meanwhile.
/// </summary>
internal sealed class DescriptorHandle : SafeHandleMinusOneIsInvalid
{
    public DescriptorHandle(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>Its number, to be told.</summary>
    public int Number => (int)handle;

    protected override bool ReleaseHandle() => UnixCalls.Close((int)handle) == 0;
}
