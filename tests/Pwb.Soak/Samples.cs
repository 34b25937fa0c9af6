using System.Diagnostics;
using System.Globalization;

namespace Pwb.Soak;

/// <summary>What a process uses, over time, and how that grows.</summary>
/// <param name="process">The process.</param>
/// <param name="probe">The file in which its <see cref="StartupHook"/> says how many bytes are alive on its heap.</param>
internal sealed class Samples(Process process, string probe)
{
    private readonly List<Sample> _samples = [];
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();

    public string Take()
    {
        process.Refresh();
        string descriptors = $"/proc/{process.Id}/fd";
        int open = Directory.Exists(descriptors) ? Directory.GetFileSystemEntries(descriptors).Length : process.HandleCount;
        double alive = File.Exists(probe) ? double.Parse(File.ReadAllText(probe), CultureInfo.InvariantCulture) / 1024 : 0;
        Sample sample = new(_elapsed.Elapsed.TotalHours, process.WorkingSet64 / 1024.0, alive, open, process.Threads.Count);
        _samples.Add(sample);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_elapsed.Elapsed:hh\\:mm\\:ss} resident {sample.Resident:0} KB, "
                + $"alive {alive:0} KB, descriptors {open}, threads {sample.Threads}");
    }

    /// <summary>Growth per hour, over the second half, and not before a time: the first half is warming up.</summary>
    /// <returns>Null if there are too few samples for it.</returns>
    public Slope? SlopeOf(Func<Sample, double> value, TimeSpan after = default)
    {
        const int fewest = 12;
        List<(double, double)> points =
        [
            .. _samples.Skip(_samples.Count / 2).Where(sample => sample.Hours >= after.TotalHours).Select(
                sample => (sample.Hours, value(sample))),
        ];
        return points.Count < fewest ? null : Slope.Of(points);
    }

    /// <summary>
    /// How many more threads there are, on average, in the last quarter than in the second. Their number
    /// swings, so that a slope would
    /// be noise.
    /// </summary>
    public double MoreThreads()
    {
        int quarter = Math.Max(1, _samples.Count / 4);
        return _samples.TakeLast(quarter).Average(sample => sample.Threads)
            - _samples.Skip(quarter).Take(quarter).Average(sample => sample.Threads);
    }
}

/// <summary>One look at a process.</summary>
/// <param name="Hours">When.</param>
/// <param name="Resident">Its memory in KB, soon after a full collection.</param>
/// <param name="Alive">What was alive on its heap then, in KB.</param>
/// <param name="Descriptors">Open descriptors.</param>
/// <param name="Threads">Its threads.</param>
internal readonly record struct Sample(double Hours, double Resident, double Alive, double Descriptors, double Threads);
