using System.Globalization;

namespace Pwb.Platform;

/// <summary>The kernel's limits on what sockets hold.</summary>
internal static class TcpBuffers
{
    private const long Mebi = 1024 * 1024;
    private const long Least = 64 * Mebi; // more than the defaults of every system
    private const long Spare = 2 * Mebi; // what a socket takes beyond its limit: a packet at most

    /// <summary>
    /// More bytes than are on the way from one socket to another, in both of them together. Never less than 64 MiB, since a
    /// receiver in another network namespace of this machine has limits of its own. A receiver with more than that, which takes
    /// an administrator's settings there, is beyond what can be known here.
    /// </summary>
    public static long MaxLength => field == 0 ? field = Math.Max(Least, Read("/proc/sys/net") ?? 0) : field;

    /// <summary>Reads the limits.</summary>
    /// <param name="folder">The folder with the files of Linux about them.</param>
    /// <returns>Null if they are not there.</returns>
    internal static long? Read(string folder)
    {
        try
        {
            // tcp(7): least, default and greatest. The greatest counts, unless a program sets SO_RCVBUF, which the kernel
            // doubles: socket(7).
            long sending = ReadLast($"{folder}/ipv4/tcp_wmem");
            long receiving = Math.Max(ReadLast($"{folder}/ipv4/tcp_rmem"), 2 * ReadLast($"{folder}/core/rmem_max"));
            return sending + receiving + Spare;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException
            or OverflowException)
        {
            return null;
        }
    }

    private static long ReadLast(string file)
    {
        string? last = File.ReadAllText(file).Split().LastOrDefault(word => word.Length > 0);
        return long.Parse(last ?? "", NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
