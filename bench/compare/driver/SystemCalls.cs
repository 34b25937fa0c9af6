using System.Diagnostics;
using System.Globalization;

namespace Pwb.Compare;

/// <summary>How many system calls a request costs, as strace counts them.</summary>
internal static class SystemCalls
{
    public const string Name = "system-calls";

    private static readonly string[] Servers = ["floor", "nginx", "kestrel", "pwb-pool", "pwb", "pwb-epoll"];

    public static void Run(ServerPool pool, Places places)
    {
        Console.WriteLine($"\n### System calls (`{Name}`)\n");
        if (Places.Find("strace") is null)
        {
            Console.WriteLine("SKIPPED: strace is not installed (apt-get install strace).");
            return;
        }

        Console.WriteLine("| server | keep-alive, per request | connection per request |\n|---|---|---|");
        foreach (ServerSpec server in pool.Available(Servers))
        {
            RunningServer running = pool.Get(server, "/11");
            Console.WriteLine($"| {server.Name} | {Count(running, places)} | {Count(running, places, "Connection: close")} |");
        }
    }

    private static string Count(RunningServer server, Places places, params string[] fields)
    {
        string file = Path.Combine(places.Work, "strace.txt");
        using Process strace = Process.Start("strace", ["-f", "-c", "-qq", "-o", file, "-p", $"{server.ProcessId}"]);
        Thread.Sleep(500);
        Wrk wrk = Wrk.Run(server, 32, 2, "/11", fields: fields);
        using (Process interrupt = Process.Start("kill", ["-INT", $"{strace.Id}"])) interrupt.WaitForExit();
        strace.WaitForExit();

        // % time, seconds, µs/call, calls, errors if any, name
        var calls = File.ReadLines(file).Skip(2)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(parts =>
                parts.Length >= 5 && double.TryParse(parts[0], CultureInfo.InvariantCulture, out _) && parts[^1] != "total")
            .Select(parts => (Name: parts[^1], PerRequest: double.Parse(parts[3], CultureInfo.InvariantCulture) / wrk.Requests))
            .ToList();
        string most = string.Join(", ", calls.Where(call => call.PerRequest >= 0.05).OrderByDescending(call => call.PerRequest)
            .Select(call => string.Create(CultureInfo.InvariantCulture, $"{call.Name} {call.PerRequest:0.0}")));
        return string.Create(CultureInfo.InvariantCulture, $"{calls.Sum(call => call.PerRequest):0.0}: {most}");
    }
}
