using Pwb.Faults.Support;
using Xunit.Abstractions;

namespace Pwb.Faults;

/// <summary>Many clients at once, most of them up to no good, against the host.</summary>
public sealed class FloodTests(ITestOutputHelper output) : FaultSuite(output)
{
    private const string Request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    // The host as it is, seen from outside: nobody asks its collector for anything.
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_thousand_idle_connections_cost_at_most_3_KB_each(bool haveAsked)
    {
        NeedsLinux();
        const int count = 2000;
        using ServerProcess server = await ServerProcess.StartQuietHostAsync();
        using RawClient active = await RawClient.ConnectAsync(server.Port);
        await WarmUpAsync(server, active);
        long before = ProcessFigures.ResidentBytes(server.Id);
        RawClient[] clients = await RawClient.ConnectManyAsync(server.Port, count);
        foreach (RawClient client in clients.Where(_ => haveAsked)) (await client.GetAsync("/")).StatusCode.Should().Be(200);
        double each = (ProcessFigures.ResidentBytes(server.Id) - before) / 1024.0 / count;
        long start = Now;
        RawResponse response = await active.GetAsync("/");

        Log.Print(
            $"idle flood, {count} connections {(haveAsked ? "after a request each" : "that have not asked yet")}: {each:0.00} "
                + $"KB resident each; an active client is answered in {Since(start).TotalMilliseconds:0} ms");
        response.StatusCode.Should().Be(200);
        each.Should().BeLessThan(3);
        Array.ForEach(clients, client => client.Dispose());
    }

    [SkippableFact]
    public async Task A_flood_of_resets_leaves_nothing_behind()
    {
        NeedsLinux();
        const int count = 5000;
        using ServerProcess server = await ServerProcess.StartQuietHostAsync();
        int sockets = ProcessFigures.Sockets(server.Id);
        await ResetManyAsync(server, 500);
        await Patience.UntilAsync(() => ProcessFigures.Sockets(server.Id) <= sockets, "the first are gone");
        long resident = ProcessFigures.ResidentBytes(server.Id);
        long start = Now;
        await ResetManyAsync(server, count);
        TimeSpan elapsed = Since(start);
        await Patience.UntilAsync(() => ProcessFigures.Sockets(server.Id) <= sockets, "the sockets are gone");
        long grown = ProcessFigures.ResidentBytes(server.Id) - resident;

        Log.Print(
            $"reset flood: {count} resets in {elapsed.TotalSeconds:0.0} s; sockets "
                + $"back at {sockets}, resident size {grown / 1024} KiB larger");
        (await server.GetAsync("/")).StatusCode.Should().Be(200);
        server.Errors.Should().BeEmpty();
        grown.Should().BeLessThan(32 * 1024 * 1024);
    }

    [SkippableFact]
    public async Task Clients_that_reset_before_they_are_accepted_do_no_harm()
    {
        NeedsLinux();
        const int count = 400;
        using ServerProcess server = await ServerProcess.StartQuietHostAsync();
        server.Signal(Native.Stop);
        for (int i = 0; i < count; i++)
        {
            RawClient client = await RawClient.ConnectAsync(server.Port);
            if (i % 2 == 0) await client.SendAsync(Request);
            client.Reset();
        }

        server.Signal(Native.Continue);
        long start = Now;
        RawResponse response = await server.GetAsync("/");

        Log.Print(
            $"reset before accept: {count} of them, the next client is answered after {Since(start).TotalMilliseconds:0} ms");
        response.StatusCode.Should().Be(200);
        server.Errors.Should().BeEmpty();
        server.HasExited.Should().BeFalse();
    }

    [SkippableFact]
    public async Task Five_hundred_clients_wait_in_the_backlog_while_the_server_cannot_accept()
    {
        NeedsLinux();
        const int count = 500;
        int most = int.Parse(
            await File.ReadAllTextAsync("/proc/sys/net/core/somaxconn"), System.Globalization.CultureInfo.InvariantCulture);
        Skip.If(most < 512, $"needs net.core.somaxconn of 512, and it is {most}");

        using ServerProcess server = await ServerProcess.StartQuietHostAsync();
        server.Signal(Native.Stop);
        RawClient[] clients = await RawClient.ConnectManyAsync(server.Port, count).WaitAsync(Patience.Long);
        foreach (RawClient client in clients) await client.SendAsync(Request);
        server.Signal(Native.Continue);
        long start = Now;
        RawResponse[] responses = await Task.WhenAll(clients.Select(client => client.ReadResponseAsync()));

        Log.Print(
            $"backlog: {count} clients connected to a stopped server; all "
                + $"answered {Since(start).TotalMilliseconds:0} ms after it went on");
        responses.Should().OnlyContain(response => response.StatusCode == 200);
        Array.ForEach(clients, client => client.Dispose());
    }

    [SkippableFact]
    public async Task Ten_thousand_connections_of_mutated_bytes_leave_it_healthy()
    {
        const int count = 10_000, seed = 20_260_101, atOnce = 16;
        using ServerProcess server = await ServerProcess.StartQuietHostAsync();
        Dictionary<string, int> outcomes = new(StringComparer.Ordinal);
        long start = Now;
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (i, _) =>
        {
            string outcome = await SendGarbageAsync(server.Port, Garbage.Make(seed, i));
            lock (outcomes) outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        });
        TimeSpan elapsed = Since(start);

        IEnumerable<string> counts =
            outcomes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}");
        Log.Print(
            $"garbage: {count} connections in {elapsed.TotalSeconds:0.0} s, seed {seed}: {string.Join(", ", counts)}");
        outcomes.Keys.Should().NotContain("500").And.NotContain("not HTTP").And.Contain("200").And.Contain("400");
        (await server.GetAsync("/")).Text.Should().Be("hello PWB");

        // Mutation turns localhost into other hosts too. That is worth a line now and then, and nothing else is worth any.
        string[] errors = server.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        errors.Where(line => !line.Contains("was refused (421)", StringComparison.Ordinal)).Should().BeEmpty();
        errors.Length.Should().BeLessThanOrEqualTo(
            1 + (int)(Since(start).TotalSeconds / 5), "there is at most one such line in five seconds");
    }

    /// <summary>Until everything is compiled for good: what the compiler leaves behind is not what a connection costs.</summary>
    private static async Task WarmUpAsync(ServerProcess server, RawClient active)
    {
        for (int i = 0; i < 200; i++)
        {
            using RawClient client = await RawClient.ConnectAsync(server.Port);
            for (int j = 0; j < 10; j++) (await client.GetAsync("/")).StatusCode.Should().Be(200);
        }

        for (int i = 0; i < 15_000; i++) await active.GetAsync("/");

        // The compiler works in the background, and on a busy machine for quite a while.
        long resident = 0;
        await Patience.PaceAsync(TimeSpan.FromSeconds(2), () =>
        {
            long before = resident;
            resident = ProcessFigures.ResidentBytes(server.Id);
            return Task.FromResult(Math.Abs(resident - before) > 64 * 1024);
        });
    }

    private static async Task ResetManyAsync(ServerProcess server, int count)
    {
        for (int i = 0; i < count; i++)
        {
            RawClient client = await RawClient.ConnectAsync(server.Port);
            await client.SendAsync(
                (i % 3) switch
                {
                    0 =>
                    Request,
                    1 => "GET / HT",
                    _ => "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n123"
                });
            client.Reset();
        }
    }

    /// <summary>Sends, says FIN, and reads to the end.</summary>
    /// <returns>The first status code, or what else happened.</returns>
    private static async Task<string> SendGarbageAsync(int port, byte[] bytes)
    {
        using RawClient client = await RawClient.ConnectAsync(port);
        string text = "";
        Ending ending = Ending.Reset;
        try
        {
            await client.SendAsync(bytes);
            client.ShutdownSend();
            (text, ending) = await client.ReadToEndAsync();
        }
        catch (System.Net.Sockets.SocketException)
        {
            // The server has closed before everything was sent: it had seen enough.
        }

        if (text.Length > 0)
            return text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? text.Substring("HTTP/1.1 ".Length, 3) : "not HTTP";
        return ending == Ending.Fin ? "silence" : "reset";
    }
}
