namespace Pwb.Platform;

/// <summary>The <c>ContentInfo.Revision</c> of a file on systems that know device, inode and time of change.</summary>
internal static class FileRevision
{
    /// <summary>A hash of what tells two files apart that look alike, and two states of one.</summary>
    /// <param name="device">The file system.</param>
    /// <param name="inode">The file in it.</param>
    /// <param name="changedSeconds">The change time (ctime), which no program can set.</param>
    /// <param name="changedNanoseconds">Its fraction.</param>
    public static long Create(long device, long inode, long changedSeconds, long changedNanoseconds)
    {
        ulong revision = Mix((ulong)device);
        revision = Mix(revision ^ (ulong)inode);
        revision = Mix(revision ^ (ulong)changedSeconds);
        return (long)Mix(revision ^ (ulong)changedNanoseconds);
    }

    // The finalizer of SplitMix64: each bit of the value counts for each of the result.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
