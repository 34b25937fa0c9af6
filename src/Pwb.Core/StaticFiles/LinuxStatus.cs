using System.Runtime.InteropServices;

namespace Pwb.StaticFiles;

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
    private readonly ulong _device; // its major and its minor number

    public bool IsRegularFile => (_mode & TypeMask) == Regular;

    public bool IsDirectory => (_mode & TypeMask) == Directory;

    public bool IsLink => (_mode & TypeMask) == Link;

    /// <summary>Null for what is never served: FIFOs, sockets, devices.</summary>
    public ContentInfo? Describe(string name)
    {
        if (IsDirectory) return new ContentInfo(name, IsDirectory: true, Length: 0, LastModified(), Revision: Revision());
        return IsRegularFile ? new ContentInfo(name, IsDirectory: false, _size, LastModified(), Revision: Revision()) : null;
    }

    // Of what tells two files apart that look alike, and two states of one: nobody can set the time of the last change (ctime).
    private long Revision()
    {
        ulong revision = Mix(_device);
        revision = Mix(revision ^ (ulong)_inode);
        revision = Mix(revision ^ (ulong)_changedSeconds);
        return (long)Mix(revision ^ _changedNanoseconds);
    }

    // The finalizer of SplitMix64: each bit of the value counts for each of the result.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    // A file may say that it is from before the year 1 or from after 9999.
    private DateTimeOffset LastModified()
    {
        long seconds = Math.Clamp(_modifiedSeconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(_modifiedNanoseconds / TimeSpan.NanosecondsPerTick);
    }
}
