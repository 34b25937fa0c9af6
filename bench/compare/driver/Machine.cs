using System.Globalization;
using System.Runtime.InteropServices;

namespace Pwb.Compare;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    public static void Print(CompareOptions options)
    {
        string model =
            File.ReadLines("/proc/cpuinfo").FirstOrDefault(
                line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";
        string load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC; {Environment.ProcessorCount} "
                + $"processors, {model}; {RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}; "
                + $"{options.Rounds} rounds of {options.Seconds} s; load {load}"));
        if (double.Parse(load, CultureInfo.InvariantCulture) > 0.5 * Environment.ProcessorCount)
            Console.WriteLine("WARNING: this machine is busy with something else, so trust the CPU figures more than the rates.");
    }
}
