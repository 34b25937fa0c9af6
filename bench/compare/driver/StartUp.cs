using System.Globalization;

namespace Pwb.Compare;

/// <summary>From the start of a process to its first answer, to a client that asks every millisecond.</summary>
internal static class StartUp
{
    public const string Name = "start-up";

    private static readonly string[] Servers = ["nginx", "minimal-api", "pwb-embedded", "pwb"];

    public static void Run(ServerPool pool, CompareOptions options)
    {
        Console.WriteLine($"\n### Start (`{Name}`): from the start of the process to its first answer\n");
        Console.WriteLine("| server | ratio, median [min-max] | ms |\n|---|---|---|");
        ServerSpec[] specs = [pool.Spec("kestrel"), .. pool.Available(Servers)];
        Dictionary<string, List<double>> times = specs.ToDictionary(
            spec => spec.Name, _ => new List<double>(), StringComparer.Ordinal);
        for (int round = -1; round < options.Rounds; round++)
        {
            foreach (ServerSpec spec in specs)
            {
                using RunningServer server = RunningServer.Start(spec, "/11");
                // The first round fills the system's cache of files.
                if (round >= 0) times[spec.Name].Add(server.StartUp.TotalMilliseconds);
            }
        }

        foreach ((string name, List<double> own) in times)
        {
            IEnumerable<double> ratios = own.Zip(times["kestrel"], (a, b) => a / b);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture, $"| {name} | {Statistics.Range(ratios)} | {Statistics.Median(own):0} |"));
        }
    }
}
