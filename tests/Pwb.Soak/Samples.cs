using System.Diagnostics;
using System.Globalization;

namespace Pwb.Soak;

/// <summary>What a process uses, over time, and how that grows.</summary>
internal sealed class Samples(Process process)
{
    private readonly List<(double Hours, double ResidentKilobytes, double Descriptors, double Threads)> _samples = [];
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();

    public string Take()
    {
        process.Refresh();
        string descriptors = $"/proc/{process.Id}/fd";
        int open = Directory.Exists(descriptors) ? Directory.GetFileSystemEntries(descriptors).Length : process.HandleCount;
        var sample = (_elapsed.Elapsed.TotalHours, process.WorkingSet64 / 1024.0, open, process.Threads.Count);
        _samples.Add(sample);
        return string.Create(CultureInfo.InvariantCulture, $"{_elapsed.Elapsed:hh\\:mm\\:ss} resident {sample.Item2:0} KB, descriptors {open}, threads {process.Threads.Count}");
    }

    /// <summary>Growth per hour, by least squares over the second half: the first is warming up.</summary>
    public (double ResidentKilobytes, double Descriptors) Slopes()
    {
        var half = _samples.Skip(_samples.Count / 2).ToList();
        double meanHours = half.Average(sample => sample.Hours);
        double spread = half.Sum(sample => Math.Pow(sample.Hours - meanHours, 2));
        return (Slope(sample => sample.ResidentKilobytes), Slope(sample => sample.Descriptors));

        double Slope(Func<(double Hours, double ResidentKilobytes, double Descriptors, double Threads), double> value)
        {
            double mean = half.Average(value);
            return half.Sum(sample => (sample.Hours - meanHours) * (value(sample) - mean)) / spread;
        }
    }

    /// <summary>How many more threads there are, on average, in the last quarter than in the second. Their number swings, so that a slope would be noise.</summary>
    public double MoreThreads()
    {
        int quarter = Math.Max(1, _samples.Count / 4);
        return _samples.TakeLast(quarter).Average(sample => sample.Threads) - _samples.Skip(quarter).Take(quarter).Average(sample => sample.Threads);
    }
}
