using System.Globalization;

/// <summary>
/// Runs inside each server of a soak (DOTNET_STARTUP_HOOKS), which knows nothing of it: collects all
/// garbage now and then, and says
/// what is alive behind it. What the collector has not got round to, and what it keeps for later, would
/// otherwise hide a leak or look
/// like one.
/// </summary>
#pragma warning disable CA1050, MA0047 // the runtime looks for the name without a namespace
internal static class StartupHook
#pragma warning restore CA1050, MA0047
{
    /// <summary>The variable with the path of the file to write to.</summary>
    public const string Variable = "PWB_SOAK_PROBE";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } path) return;
        new Thread(() => Probe(path)) { IsBackground = true, Name = "soak probe" }.Start();
    }

    private static void Probe(string path)
    {
        while (true)
        {
            Thread.Sleep(Interval);
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers(); // they free what sessions hold outside of the heap
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GCMemoryInfo last = GC.GetGCMemoryInfo();
            long alive = last.HeapSizeBytes - last.FragmentedBytes;
            File.WriteAllText(path + ".next", alive.ToString(CultureInfo.InvariantCulture));
            File.Move(path + ".next", path, overwrite: true);
        }
    }
}
