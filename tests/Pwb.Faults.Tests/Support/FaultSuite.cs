using Xunit.Abstractions;

namespace Pwb.Faults.Support;

/// <summary>What the scenarios have in common.</summary>
public abstract class FaultSuite
{
    private protected FaultSuite(ITestOutputHelper output) => Log = output;

    /// <summary>Where figures go.</summary>
    private protected ITestOutputHelper Log { get; }

    /// <summary>Skips the test, and says so, where the system has not what it needs.</summary>
    private protected static void NeedsLinux() =>
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux: /proc, signals, and TCP that resets as Linux does");

    private protected static TimeSpan Since(long start) => System.Diagnostics.Stopwatch.GetElapsedTime(start);

    private protected static long Now => System.Diagnostics.Stopwatch.GetTimestamp();
}
