using System.Globalization;

namespace Pwb.Compare;

/// <summary>What idle connections cost in resident memory.</summary>
internal static class Memory
{
    public const string Name = "memory";

    private const int Connections = 10_000;

    private static readonly string[] Servers = [
        "floor", "nginx", "kestrel", "pwb-pool", "pwb", "nginx-tls", "kestrel-tls", "pwb-tls"];

    public static void Run(ServerPool pool)
    {
        Console.WriteLine(
            $"\n### Memory (`{Name}`): {Connections} connections that have had one answer each, on a warm server of its own\n");
        Console.WriteLine("| server | resident MB when started | after load | KB per idle connection |\n|---|---|---|---|");
        foreach (ServerSpec spec in pool.Available(Servers))
        {
            using RunningServer server = RunningServer.Start(spec, "/11");
            long started = server.ResidentKilobytes;
            for (int i = 0; i < 3; i++) Wrk.Run(server, 64, 2, "/11");
            Thread.Sleep(1000);
            long before = server.ResidentKilobytes;
            using IdleConnections idle = new(server, Connections, "/11");
            Thread.Sleep(3000);
            long after = server.ResidentKilobytes;
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {spec.Name} | {started / 1024.0:0} | {before / 1024.0:0} "
                        + $"| {(after - before) / (double)Connections:0.0} |"));
        }
    }
}
