using System.Runtime.InteropServices;

namespace Pwb.Platform;

/// <summary>struct statx of Linux, as far as it is used: laid out alike on every architecture. &lt;linux/stat.h&gt;</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal readonly struct LinuxStatus
{
    private const int TypeMask = 0xF000, Directory = 0x4000, Regular = 0x8000, Link = 0xA000;

    [FieldOffset(28)]
    private readonly ushort _mode;

    [FieldOffset(32)]
    private readonly long _inode;

    [FieldOffset(40)]
    private readonly long _size;

    [FieldOffset(96)]
    private readonly long _changedSeconds;

    [FieldOffset(104)]
    private readonly uint _changedNanoseconds;

    [FieldOffset(112)]
    private readonly long _modifiedSeconds;

    [FieldOffset(120)]
    private readonly uint _modifiedNanoseconds;

    [FieldOffset(136)]
    private readonly long _device; // its major and its minor number

    public long Length => _size;

    // A file may say that it is from before the year 1 or from after 9999.
    public DateTimeOffset LastModified
    {
        get
        {
            long seconds = Math.Clamp(
                _modifiedSeconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds());
            return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(_modifiedNanoseconds / TimeSpan.NanosecondsPerTick);
        }
    }

    public long Revision => FileRevision.Create(_device, _inode, _changedSeconds, _changedNanoseconds);

    public bool IsRegularFile => (_mode & TypeMask) == Regular;

    public bool IsDirectory => (_mode & TypeMask) == Directory;

    public bool IsLink => (_mode & TypeMask) == Link;
}
