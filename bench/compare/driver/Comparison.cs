using System.Globalization;

namespace Pwb.Compare;

/// <summary>One workload: every server in every round, in a new order each time, and the table of what came out.</summary>
internal sealed class Comparison(Workload workload, CompareOptions options, ServerPool pool, Places places)
{
    private readonly Dictionary<string, List<Sample>> _samples = [];

    public void Run()
    {
        Console.WriteLine($"\n### {workload.Title} (`{workload.Name}`)\n");
        ServerSpec reference = pool.Spec(workload.Reference);
        IReadOnlyList<ServerSpec> others = pool.Available(workload.Servers);
        if (others.Count == 0)
        {
            Console.WriteLine("SKIPPED: there is no server to compare.");
            return;
        }

        string path = workload.Path == "/" ? "/4k.bin" : workload.Path; // a path that answers, for those that a script has
        others = [.. others.Where(server => IsReady(server, path))];
        if (!IsReady(reference, path)) return;

        ServerSpec[] servers = [reference, .. others];

        for (int round = 0; round < options.Rounds; round++)
        {
            Random.Shared.Shuffle(servers);
            foreach (ServerSpec server in servers) _samples[server.Name].Add(Measure(pool.Get(server, path), options.Seconds));
        }

        Print([reference, .. others]);
    }

    /// <summary>Starts it, unless it runs, and warms it up: the compiler's second tier comes after some thousand calls.</summary>
    private bool IsReady(ServerSpec server, string path)
    {
        try
        {
            _samples[server.Name] = [];
            Measure(pool.Get(server, path), seconds: 1);
            return true;
        }
        catch (IOException exception)
        {
            Console.WriteLine($"SKIPPED: {exception.Message}\n");
            return false;
        }
    }

    private Sample Measure(RunningServer server, int seconds)
    {
        using IdleConnections idle = new(server, workload.Idle, workload.Path);
        double before = server.CpuSeconds;
        string? script = workload.Script is null ? null : places.Script(workload.Script);
        Wrk wrk = Wrk.Run(server, workload.Connections, seconds, workload.Path, script, workload.Fields);
        double cpu = server.CpuSeconds - before;
        double rate = workload.ByBytes ? wrk.BytesPerSecond / (1 << 20) : wrk.RequestsPerSecond;
        double amount = workload.ByBytes ? wrk.BytesPerSecond * seconds / (1 << 20) : wrk.Requests;
        return new Sample(rate, cpu * 1e6 / amount, wrk.MedianMs, wrk.P99Ms, server.ResidentKilobytes / 1024.0, wrk.Errors);
    }

    private void Print(ServerSpec[] servers)
    {
        string unit = workload.ByBytes ? "MB" : "request";
        Console.WriteLine(
            $"| server | ratio, median [min-max] | {unit}s/s | CPU "
                + $"µs/{unit} | CPU ratio | p50 ms | p99 ms | resident MB | errors |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        List<Sample> reference = _samples[workload.Reference];
        foreach (ServerSpec server in servers)
        {
            List<Sample> own = _samples[server.Name];
            string errors = own.FirstOrDefault(sample => sample.Errors.Length > 0)?.Errors ?? "";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {server.Name} | {Statistics.Range(own.Zip(reference, (a, b) => a.Rate / b.Rate))} "
                    + $"| {Statistics.Median(own.Select(s => s.Rate)):0} "
                    + $"| {Statistics.Median(own.Select(s => s.Cpu)):0.0} "
                    + $"| {Statistics.Range(own.Zip(reference, (a, b) => a.Cpu / b.Cpu))} "
                    + $"| {Statistics.Median(own.Select(s => s.MedianMs)):0.00} "
                    + $"| {Statistics.Median(own.Select(s => s.P99Ms)):0.00} "
                    + $"| {Statistics.Median(own.Select(s => s.ResidentMegabytes)):0} | {errors} |"));
        }
    }

    private sealed record Sample(double Rate, double Cpu, double MedianMs, double P99Ms, double ResidentMegabytes, string Errors);
}
