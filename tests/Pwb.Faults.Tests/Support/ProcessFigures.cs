using System.Globalization;

namespace Pwb.Faults.Support;

/// <summary>What Linux knows of a running process.</summary>
internal static class ProcessFigures
{
    // User mode and kernel mode are counted in hundredths of a second on every system that .NET runs on.
    private const int ClockTicksPerSecond = 100;

    /// <summary>Resident memory, in bytes.</summary>
    public static long ResidentBytes(int process) => ReadStatus(process, "VmRSS:") * 1024;

    public static int Threads(int process) => (int)ReadStatus(process, "Threads:");

    public static int Descriptors(int process) => Directory.GetFileSystemEntries($"/proc/{process}/fd").Length;

    public static int Sockets(int process) => DescriptorsOf(process, "socket:");

    /// <summary>
    /// Descriptors of the kinds that a server opens. The runtime opens others whenever it likes: assemblies, and pipes.
    /// </summary>
    public static int ServerDescriptors(int process) => DescriptorsOf(process, "socket:") + DescriptorsOf(process, "/dev/null");

    /// <summary>Threads of that name.</summary>
    public static int Threads(int process, string name) => StatusOfThreads(process, [name]).Count();

    /// <summary>Processor time used so far by the threads of those names.</summary>
    public static TimeSpan ProcessorTime(int process, params string[] threads)
    {
        TimeSpan total = TimeSpan.Zero;
        foreach (string stat in StatusOfThreads(process, threads))
        {
            // utime and stime are the 14th and 15th field.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            total += TimeSpan.FromSeconds((Number(fields[11]) + Number(fields[12])) / (double)ClockTicksPerSecond);
        }

        return total;
    }

    // The second field is the name in parentheses.
    private static IEnumerable<string> StatusOfThreads(int process, string[] names) =>
        Directory.GetDirectories($"/proc/{process}/task")
            .Select(ReadStatusOfThread)
            .OfType<string>()
            .Where(stat => names.Any(name => stat.Contains($"({name})", StringComparison.Ordinal)));

    /// <returns>Null if the thread has ended.</returns>
    private static string? ReadStatusOfThread(string task)
    {
        try
        {
            return File.ReadAllText($"{task}/stat");
        }
        catch (IOException)
        {
            return null;
        }
    }

    // One that is gone by the time it is looked at leads nowhere.
    private static int DescriptorsOf(int process, string kind) =>
        Directory.GetFiles($"/proc/{process}/fd").Count(
            path => new FileInfo(path).LinkTarget?.StartsWith(kind, StringComparison.Ordinal) == true);

    private static long ReadStatus(int process, string name)
    {
        string line = File.ReadLines($"/proc/{process}/status").First(text => text.StartsWith(name, StringComparison.Ordinal));
        return Number(line[name.Length..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[0]);
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
