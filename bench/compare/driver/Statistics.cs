using System.Globalization;

namespace Pwb.Compare;

/// <summary>What the tables say of several figures.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Median, least and greatest.</summary>
    public static string Range(IEnumerable<double> values) =>
        string.Create(CultureInfo.InvariantCulture, $"{Median(values):0.00} [{values.Min():0.00}-{values.Max():0.00}]");
}
