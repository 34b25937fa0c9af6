using System.Globalization;

namespace Pwb.Platform;

/// <summary>What Linux tells a process of itself in /proc, and .NET has no call for.</summary>
internal static class LinuxProcess
{
    private const string LimitsFile = "/proc/self/limits";
    private const string OpenFilesLine = "Max open files";

    /// <summary>The soft limit on open files; null if there is none, or it cannot be read.</summary>
    public static int? ReadOpenFileLimit()
    {
        try
        {
            string? line =
                File.ReadLines(LimitsFile).FirstOrDefault(text => text.StartsWith(OpenFilesLine, StringComparison.Ordinal));
            string? soft = line?[OpenFilesLine.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) ? limit : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
