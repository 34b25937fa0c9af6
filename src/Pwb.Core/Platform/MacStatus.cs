using System.Runtime.InteropServices;

namespace Pwb.Platform;

/// <summary>struct stat of macOS with 64-bit inodes, as far as it is used. &lt;sys/stat.h&gt;</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
internal readonly struct MacStatus
{
    private const int TypeMask = 0xF000, Directory = 0x4000, Regular = 0x8000;

    [FieldOffset(0)]
    private readonly int _device;

    [FieldOffset(4)]
    private readonly ushort _mode;

    [FieldOffset(8)]
    private readonly long _inode;

    [FieldOffset(64)]
    private readonly long _changedSeconds;

    [FieldOffset(72)]
    private readonly long _changedNanoseconds;

    /// <summary>Whether it is a file or a directory, and not a FIFO, a socket, a device or a link.</summary>
    public bool IsOrdinary => (_mode & TypeMask) is Directory or Regular;

    public long Revision => FileRevision.Create(_device, _inode, _changedSeconds, _changedNanoseconds);
}
