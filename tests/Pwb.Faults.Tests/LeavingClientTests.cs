using Pwb.Faults.Support;
using Xunit.Abstractions;

namespace Pwb.Faults;

/// <summary>
/// Clients that leave: a closed tab, an interrupted curl, a cancelled request. Who works for them is
/// told, whatever they came over.
/// </summary>
public sealed class LeavingClientTests(ITestOutputHelper output) : FaultSuite(output)
{
    // By two beats of the heart, which is two seconds, and much time for a busy machine to notice:
    // untold, they would wait for ever.
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(15);

    public static TheoryData<string, string, bool> Ways
    {
        get
        {
            TheoryData<string, string, bool> ways = [];
            foreach (string way in (string[])["TCP", "TLS", "Unix"])
            {
                foreach (string path in (string[])["/hang", "/push-hang"])
                {
                    ways.Add(way, path, false);
                    if (way != "Unix") ways.Add(way, path, true); // a Unix socket has no reset
                }
            }

            return ways;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Ways))]
    public async Task Is_seen_by_the_heartbeat(string way, string path, bool byReset)
    {
        NeedsLinux();
        string socket = Path.Combine(Path.GetTempPath(), $"pwb-{Guid.NewGuid():N}");
        using ServerProcess server = await ServerProcess.StartFaultsAsync(way == "TLS", way == "Unix" ? ["--unix", socket] : []);
        RawClient client = way == "Unix" ? await RawClient.ConnectAsync(socket) : await RawClient.ConnectAsync(server);
        await client.RequestAsync(path);
        await UntilStatusAsync(server, "waiting=1 cancelled=0");
        // Else its body may still be about to write, and fail with that.
        if (path == "/push-hang") await client.ReadUntilAsync("tick");
        long start = Now;
        if (byReset) client.Reset();
        else client.Close();
        await UntilStatusAsync(server, "waiting=0 cancelled=1");
        TimeSpan told = Since(start);

        Log.Print(
            $"client leaves {path} over {way} by {(byReset ? "RST" : "FIN")}: its handler is "
                + $"told after {told.TotalSeconds:0.0} s");
        told.Should().BeLessThan(Promised);
        server.Errors.Should().BeEmpty();
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hundred_quiet_event_streams_do_not_delay_the_stop(bool overTls)
    {
        NeedsLinux();
        const int count = 100;
        using ServerProcess server = await ServerProcess.StartFaultsAsync(overTls, "--log-level", "information");
        List<RawClient> clients = [];
        for (int i = 0; i < count; i++)
        {
            RawClient client = await RawClient.ConnectAsync(server);
            await client.RequestAsync("/events");
            await client.ReadHeadAsync();
            clients.Add(client);
        }

        long start = Now;
        server.Signal(Native.Terminate);
        (string Text, Ending Ending)[] ends = await Task.WhenAll(clients.Select(client => client.ReadToEndAsync()));
        TimeSpan ended = Since(start);
        int exitCode = await server.WaitForExitAsync();

        Log.Print(
            $"stop with {count} quiet event streams {(overTls ? "over TLS" : "over TCP")}: all at their "
                + $"end after {ended.TotalSeconds:0.00} s, exit code {exitCode} after {Since(start).TotalSeconds:0.00} s");
        ends.Should().OnlyContain(end => end.Text == "0\r\n\r\n" && end.Ending == Ending.Fin);
        Since(start).Should().BeLessThan(TimeSpan.FromSeconds(15), "the grace is 30 s");
        exitCode.Should().Be(0);
    }

    private static Task UntilStatusAsync(ServerProcess server, string status) => Patience.UntilAsync(
        async () => string.Equals((await server.GetAsync("/status")).Text, status, StringComparison.Ordinal),
        $"the status is {status}");
}
