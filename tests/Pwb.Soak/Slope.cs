namespace Pwb.Soak;

/// <summary>Growth per hour by least squares.</summary>
/// <param name="PerHour">The growth.</param>
/// <param name="Error">Its standard error: how far chance alone moves it.</param>
internal readonly record struct Slope(double PerHour, double Error)
{
    public static Slope Of(IReadOnlyList<(double Hours, double Value)> points)
    {
        double meanHours = points.Average(point => point.Hours);
        double mean = points.Average(point => point.Value);
        double spread = points.Sum(point => Math.Pow(point.Hours - meanHours, 2));
        double slope = points.Sum(point => (point.Hours - meanHours) * (point.Value - mean)) / spread;
        double rest = points.Sum(point => Math.Pow(point.Value - mean - (slope * (point.Hours - meanHours)), 2));
        return new Slope(slope, Math.Sqrt(rest / Math.Max(1, points.Count - 2) / spread));
    }

    /// <summary>
    /// Whether the growth is above a bound, and not by chance: a short run cannot tell a small growth from none.
    /// </summary>
    public bool Exceeds(double bound) => PerHour - (2 * Error) > bound;

    public override string ToString() => FormattableString.Invariant($"{PerHour:0} (+-{2 * Error:0})");
}
