using System.Net.Sockets;
using Pwb.Faults.Support;
using Xunit.Abstractions;

namespace Pwb.Faults;

/// <summary>Ending it, in every way in which it can be ended, and starting it again.</summary>
public sealed class StopTests(ITestOutputHelper output) : FaultSuite(output)
{
    [SkippableFact]
    public async Task Twenty_slow_downloads_are_completed_before_it_ends()
    {
        NeedsLinux();
        const int count = 20, length = 8_000_000, receiveBuffer = 64 * 1024;
        using ServerProcess server = await ServerProcess.StartFaultsAsync("--log-level", "information");
        RawClient[] clients = await RawClient.ConnectManyAsync(server.Port, count, receiveBuffer);
        foreach (RawClient client in clients)
        {
            await client.RequestAsync($"/bytes?{length}");
            await client.ReadHeadAsync();
        }

        long start = Now;
        server.Signal(Native.Terminate);
        await server.UntilOutputMatchesAsync($@"stopping\b.*\b{count}\b");
        TimeSpan refused = await UntilRefusedAsync(server, start);
        (long Count, Ending Ending)[] ends = await Task.WhenAll(clients.Select(DownloadSlowlyAsync));
        TimeSpan downloaded = Since(start);
        int exitCode = await server.WaitForExitAsync();

        Log.Print(
            $"drain: new clients refused {refused.TotalMilliseconds:0} ms after "
                + $"SIGTERM; {ends.Count(end => end == (length, Ending.Fin))} "
                + $"of {count} downloads whole after {downloaded.TotalSeconds:0.0} s; exit "
                + $"code {exitCode} after {Since(start).TotalSeconds:0.0} s");
        ends.Should().AllBeEquivalentTo(((long)length, Ending.Fin));
        exitCode.Should().Be(0);
        refused.Should().BeLessThan(TimeSpan.FromSeconds(15));
        server.Errors.Should().BeEmpty();
    }

    [SkippableFact]
    public async Task Idle_clients_do_not_delay_the_end()
    {
        NeedsLinux();
        const int count = 100;
        using ServerProcess server = await ServerProcess.StartQuietHostAsync();
        RawClient[] clients = await RawClient.ConnectManyAsync(server.Port, count);
        foreach (RawClient client in clients[..(count / 2)]) (await client.GetAsync("/")).StatusCode.Should().Be(200);
        (await server.GetAsync("/")).StatusCode.Should().Be(200); // all that came before have been accepted
        long start = Now;
        server.Signal(Native.Terminate);
        int exitCode = await server.WaitForExitAsync();
        TimeSpan elapsed = Since(start);
        (long Count, Ending Ending)[] ends = await Task.WhenAll(clients.Select(client => client.DrainAsync()));

        Log.Print(
            $"stop with {count} idle clients: exit code {exitCode} "
                + $"after {elapsed.TotalSeconds:0.0} s, {ends.Count(end => end.Ending == Ending.Fin)} of them got FIN");
        exitCode.Should().Be(0);
        elapsed.Should().BeLessThan(TimeSpan.FromSeconds(15), "the grace is 30 s");
        ends.Should().AllBeEquivalentTo((0L, Ending.Fin));
        server.Errors.Should().BeEmpty();
    }

    [SkippableFact]
    public async Task Stuck_clients_and_handlers_are_reset_after_the_grace_and_counted()
    {
        NeedsLinux();
        string[] requests =
        [
            "GET /stuck HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /hang HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n1",
            "GET / HTTP/1.1\r\nHo",
        ];
        using ServerProcess server = await ServerProcess.StartFaultsAsync("--shutdown-grace-period", "2");
        List<RawClient> clients = [];
        foreach (string request in requests)
        {
            RawClient client = await RawClient.ConnectAsync(server.Port, receiveBuffer: 4096);
            await client.SendAsync(request);
            clients.Add(client);
        }

        await Patience.UntilAsync(
            async () => (await server.GetAsync("/status")).Text.StartsWith("waiting=2 ", StringComparison.Ordinal),
            "the handlers wait");
        long start = Now;
        server.Signal(Native.Terminate);
        int exitCode = await server.WaitForExitAsync();
        TimeSpan elapsed = Since(start);
        (long Count, Ending Ending)[] ends = await Task.WhenAll(clients.Select(client => client.DrainAsync()));

        Log.Print(
            $"stop with {clients.Count} stuck clients: "
                + $"exit code {exitCode} after {elapsed.TotalSeconds:0.0} s of a 2 s "
                + $"grace, {ends.Count(end => end.Ending == Ending.Reset)} reset; it said: {server.Errors.Trim()}");
        exitCode.Should().Be(0);
        elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(1.9)).And.BeLessThan(TimeSpan.FromSeconds(15));
        ends.Should().OnlyContain(end => end.Ending == Ending.Reset);
        server.Errors.Should().MatchRegex($@"warning: stopped\b.*\b{clients.Count}\b");
    }

    [SkippableTheory]
    [InlineData(Native.Interrupt)]
    [InlineData(Native.Terminate)]
    [InlineData(Native.Hangup)]
    public async Task A_second_signal_ends_it_at_once(int signal)
    {
        NeedsLinux();
        Skip.If(signal == Native.Hangup && IsHangupIgnored(),
            "SIGHUP is ignored here, as under nohup, and stays so in the server.");
        using ServerProcess server = await ServerProcess.StartFaultsAsync("--log-level", "information");
        using RawClient stuck = await RawClient.ConnectAsync(server.Port);
        await stuck.RequestAsync("/stuck");
        await Patience.UntilAsync(
            async () => (await server.GetAsync("/status")).Text.StartsWith("waiting=1 ", StringComparison.Ordinal),
            "the handler waits");
        server.Signal(signal);
        await server.UntilOutputAsync("stopping");
        long start = Now;
        server.Signal(signal);
        int exitCode = await server.WaitForExitAsync();
        TimeSpan elapsed = Since(start);

        Log.Print($"second signal {signal}: exit code {exitCode} after {elapsed.TotalSeconds:0.0} s; the grace was 30 s");
        exitCode.Should().Be(0);
        elapsed.Should().BeLessThan(TimeSpan.FromSeconds(15));
        server.Errors.Should().MatchRegex(@"warning: stopped\b.*\b[1-9]");
    }

    [SkippableFact]
    public async Task A_second_host_on_the_same_port_says_so_in_one_line_and_harms_nobody()
    {
        using ServerProcess first = await ServerProcess.StartHostAsync();
        long start = Now;
        using ServerProcess second = ServerProcess.LaunchHost("--port", $"{first.Port}");
        int exitCode = await second.WaitForExitAsync();

        Log.Print($"port in use: exit code {exitCode} after {Since(start).TotalSeconds:0.0} s: {second.Errors.Trim()}");
        exitCode.Should().Be(1);
        second.Errors.Should().MatchRegex($@"^pwb: [^\n]*:{first.Port}\b[^\n]*in use[^\n]*\n$");
        second.Output.Should().BeEmpty();
        (await first.GetAsync("/")).StatusCode.Should().Be(200);
    }

    [SkippableFact]
    public async Task After_kill_9_it_starts_again_on_the_same_port_at_once()
    {
        NeedsLinux();
        const int times = 3;
        int port = ServerProcess.FreePort();
        TimeSpan slowest = TimeSpan.Zero;
        for (int i = 0; i < times; i++)
        {
            long start = Now;
            using ServerProcess server = ServerProcess.LaunchHost("--port", $"{port}");
            await server.UntilOutputAsync($"port {port}");
            slowest = Since(start) > slowest ? Since(start) : slowest;
            // Leaves a connection in the kernel that remembers the port.
            using RawClient busy = await RawClient.ConnectAsync(port);
            (await busy.GetAsync("/")).StatusCode.Should().Be(200);
            server.Signal(Native.KillAtOnce);
            await server.WaitForExitAsync();
            server.Errors.Should().BeEmpty();
        }

        Log.Print(
            $"restart after kill -9: {times} times on port {port}, the slowest start took {slowest.TotalMilliseconds:0} ms");
    }

    private static async Task<(long Count, Ending Ending)> DownloadSlowlyAsync(RawClient client)
    {
        long count = 0;
        byte[] buffer = new byte[64 * 1024];
        await Patience.PaceAsync(TimeSpan.FromMilliseconds(20), async () =>
        {
            int read = await client.ReadAsync(buffer);
            count += read;
            return read > 0 && count < 4_000_000; // half of it slowly, so that the kernel's buffers do not hold the rest
        });
        (long rest, Ending ending) = await client.DrainAsync();
        return (count + rest, ending);
    }

    private static async Task<TimeSpan> UntilRefusedAsync(ServerProcess server, long start)
    {
        await Patience.UntilAsync(
            async () =>
            {
                try
                {
                    using RawClient client = await RawClient.ConnectAsync(server.Port);
                    return false;
                }
                catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
                {
                    return true;
                }
            },
            "new connections are refused");
        return Since(start);
    }

    private static bool IsHangupIgnored() =>
        File.ReadLines("/proc/self/status").Any(
            line => line.StartsWith("SigIgn:", StringComparison.Ordinal) && (Convert.ToUInt64(line[7..].Trim(), 16) & 1) != 0);
}
