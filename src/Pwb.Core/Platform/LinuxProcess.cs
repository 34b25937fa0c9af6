using Microsoft.Win32.SafeHandles;

namespace Pwb.Platform;

/// <summary>The information of Linux about this process in /proc for which .NET has no call.</summary>
internal static class LinuxProcess
{
    private const string LimitsFile = "/proc/self/limits";
    private const string ThisThread = "/proc/thread-self";

    /// <summary>The soft limit on open files; null without one, or if it cannot be read.</summary>
    public static int? ReadOpenFileLimit()
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(LimitsFile);
            Span<byte> text = stackalloc byte[4096];
            return FindOpenFileLimit(text[..RandomAccess.Read(file, text, 0)]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The soft limit on open files in the text of /proc/self/limits; null if it does not say one.</summary>
    internal static int? FindOpenFileLimit(ReadOnlySpan<byte> limits)
    {
        ReadOnlySpan<byte> name = "Max open files"u8;
        int start = limits.IndexOf(name);
        if (start < 0) return null;

        // By hand, since the library's generic methods would be compiled at each start.
        int at = start + name.Length;
        while (at < limits.Length && limits[at] == ' ') at++;
        int first = at;
        long limit = 0;
        for (; at < limits.Length && limits[at] is >= (byte)'0' and <= (byte)'9' && limit <= int.MaxValue; at++)
            limit = (limit * 10) + limits[at] - '0';
        return at > first && at < limits.Length && limits[at] == ' ' && limit <= int.MaxValue ? (int)limit : null;
    }

    /// <summary>The file that has the status of the thread which calls this; null if there is no /proc.</summary>
    public static string? FindThreadStatus()
    {
        try
        {
            // It leads to 4711/task/4712, from /proc.
            return new FileInfo(ThisThread).LinkTarget is { } thread ? $"/proc/{thread}/stat" : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether a thread waits for something other than a processor. False if that cannot be told.</summary>
    /// <param name="status">The result of <see cref="FindThreadStatus"/>.</param>
    public static bool IsAsleep(string? status)
    {
        if (status is null) return false;
        try
        {
            using SafeFileHandle file = File.OpenHandle(status);
            Span<byte> text = stackalloc byte[256];
            text = text[..RandomAccess.Read(file, text, 0)];

            // proc_pid_stat(5): the number, the name in parentheses, which may hold some itself, and then the state.
            int end = text.LastIndexOf((byte)')');
            return end >= 0 && end + 2 < text.Length && text[end + 2] is (byte)'S' or (byte)'D';
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
