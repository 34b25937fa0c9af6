using System.Globalization;

namespace Pwb.Compare;

/// <summary>What sixteen clients notice of one whose handler sleeps.</summary>
internal static class Neighbours
{
    public const string Name = "neighbours";

    private const int Connections = 16;
    private const string Script = "percentiles.lua", Path = "/11", Sleeping = "/sleep-100";

    private static readonly string[] Servers = ["pwb-pool", "pwb-epoll"];

    public static void Run(ServerPool pool, Places places, CompareOptions options)
    {
        Console.WriteLine($"\n### Sixteen connections beside one whose handler sleeps for 100 ms (`{Name}`)\n");
        Console.WriteLine(
            "| server | rate beside it, of that without, median [min-max] | requests/s without | p99.9 ms without | p99.9 ms "
                + "beside it |");
        Console.WriteLine("|---|---|---|---|---|");
        IReadOnlyList<ServerSpec> specs = pool.Available(Servers);
        Dictionary<string, List<(Wrk Alone, Wrk Beside)>> samples = specs.ToDictionary(
            spec => spec.Name, _ => new List<(Wrk, Wrk)>(), StringComparer.Ordinal);
        for (int round = -1; round < options.Rounds; round++)
        {
            foreach (ServerSpec spec in specs)
            {
                RunningServer server = pool.Get(spec, Path);
                Wrk alone = Measure(server, places, options);
                using Asker asker = new(server, Sleeping);
                Wrk beside = Measure(server, places, options);
                if (round >= 0) samples[spec.Name].Add((alone, beside)); // the first round warms up
            }
        }

        foreach ((string name, List<(Wrk Alone, Wrk Beside)> own) in samples)
        {
            string ratio = Statistics.Range(
                own.Select(sample => sample.Beside.RequestsPerSecond / sample.Alone.RequestsPerSecond));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {ratio} | {Statistics.Median(own.Select(s => s.Alone.RequestsPerSecond)):0} "
                    + $"| {Statistics.Range(own.Select(s => s.Alone.P999Ms))} "
                    + $"| {Statistics.Range(own.Select(s => s.Beside.P999Ms))} |"));
        }
    }

    private static Wrk Measure(RunningServer server, Places places, CompareOptions options) =>
        Wrk.Run(server, Connections, options.Seconds, Path, places.Script(Script));

    /// <summary>One client that asks again and again.</summary>
    private sealed class Asker : IDisposable
    {
        private readonly ServerConnection _connection;
        private readonly Thread _thread;
        private volatile bool _isOver;

        public Asker(RunningServer server, string path)
        {
            _connection = new ServerConnection(server.Port, server.IsTls);
            _thread = new Thread(() => Ask(path));
            _thread.Start();
        }

        public void Dispose()
        {
            _isOver = true;
            _thread.Join();
            _connection.Dispose();
        }

        private void Ask(string path)
        {
            byte[] request = IdleConnections.Request(path), answer = new byte[16 * 1024];
            while (!_isOver)
            {
                _connection.Stream.Write(request);
                if (_connection.Stream.Read(answer) == 0) return;
            }
        }
    }
}
