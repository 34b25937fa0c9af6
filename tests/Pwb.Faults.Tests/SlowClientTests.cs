using System.Net.Sockets;
using Pwb.Faults.Support;
using Xunit.Abstractions;

namespace Pwb.Faults;

/// <summary>Clients that are slow: those who hold the server up are gone in time, honest ones are not.</summary>
public sealed class SlowClientTests(ITestOutputHelper output) : FaultSuite(output)
{
    private const int SmallReceiveBuffer = 4096;

    // A deadline may be up to two beats late, and the machine busy.
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(15);

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_head_that_comes_byte_by_byte_gets_408_in_time(bool overTls)
    {
        using ServerProcess server = await ServerProcess.StartFaultsAsync(overTls, "--request-head-timeout", "2");
        using RawClient client = await RawClient.ConnectAsync(server);
        long start = Now;
        await SendSlowlyAsync(
            client, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + new string('x', 200), TimeSpan.FromMilliseconds(200));
        RawResponse response = await client.ReadResponseAsync();
        TimeSpan elapsed = Since(start);
        Ending ending = (await client.DrainAsync()).Ending;

        Log.Print(
            $"{(overTls ? "over TLS, " : "")}slow head: {response.StatusCode} after {elapsed.TotalSeconds:0.0} s of a 2 s "
                + $"limit, then {ending}");
        response.StatusCode.Should().Be(408);
        response.Head.Should().Contain("\r\nConnection: close\r\n");
        elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(1.9)).And.BeLessThan(Generous);
        ending.Should().Be(Ending.Fin);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_says_nothing_is_closed_without_a_word(bool overTls)
    {
        using ServerProcess server = await ServerProcess.StartFaultsAsync(
            overTls, "--first-byte-timeout", "1", "--keep-alive-timeout", "2");
        using RawClient silent = await RawClient.ConnectAsync(server);
        using RawClient idle = await RawClient.ConnectAsync(server);
        long start = Now;
        (await idle.GetAsync("/")).StatusCode.Should().Be(200);
        (long bytes, Ending ending) = await silent.DrainAsync();
        TimeSpan silentFor = Since(start);
        (long idleBytes, Ending idleEnding) = await idle.DrainAsync();
        TimeSpan idleFor = Since(start);

        Log.Print(
            $"{(overTls ? "over TLS, " : "")}silent connection: {ending} after {silentFor.TotalSeconds:0.0} s of a 1 s limit; "
                + $"idle keep-alive: {idleEnding} after {idleFor.TotalSeconds:0.0} s of a 2 s limit");
        (bytes, ending, idleBytes, idleEnding).Should().Be((0, Ending.Fin, 0, Ending.Fin));
        silentFor.Should().BeGreaterThan(TimeSpan.FromSeconds(0.9)).And.BeLessThan(Generous);
        idleFor.Should().BeGreaterThan(TimeSpan.FromSeconds(1.9)).And.BeLessThan(Generous);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Content_of_one_byte_a_second_gets_408_in_time(bool overTls)
    {
        using ServerProcess server = await ServerProcess.StartFaultsAsync(overTls, "--content-rate-grace-period", "2");
        using RawClient client = await RawClient.ConnectAsync(server);
        await client.SendAsync("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");
        long start = Now;
        await SendSlowlyAsync(client, new string('x', 999), TimeSpan.FromSeconds(1));
        RawResponse response = await client.ReadResponseAsync();
        TimeSpan elapsed = Since(start);

        Log.Print(
            $"{(overTls ? "over TLS, " : "")}slow body, 1 "
                + $"byte/s: {response.StatusCode} after {elapsed.TotalSeconds:0.0} s of a 2 s grace");
        response.StatusCode.Should().Be(408);
        elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(1.9)).And.BeLessThan(Generous);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Content_that_is_slow_but_honest_is_taken_whole(bool overTls)
    {
        using ServerProcess server = await ServerProcess.StartFaultsAsync(overTls, "--content-rate-grace-period", "2");
        using RawClient client = await RawClient.ConnectAsync(server);
        const int length = 6000;
        await client.SendAsync($"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");
        long start = Now;
        await SendSlowlyAsync(client, new string('x', length), TimeSpan.FromMilliseconds(200), step: 120); // 600 bytes/s
        RawResponse response = await client.ReadResponseAsync();
        TimeSpan elapsed = Since(start);

        Log.Print(
            $"{(overTls ? "over TLS, " : "")}slow body, 600 "
                + $"bytes/s: {response.StatusCode}, {response.Text} after {elapsed.TotalSeconds:0.0} s of a 2 s grace");
        (response.StatusCode, response.Text).Should().Be((200, $"{length} bytes"));
        elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(8), "else it has not been slow");
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_reads_one_byte_a_second_is_reset_in_time(bool overTls)
    {
        NeedsLinux();
        using ServerProcess server = await ServerProcess.StartFaultsAsync(
            overTls, "--response-timeout", "2", "--log-level", "debug");
        using RawClient client = await RawClient.ConnectAsync(server, SmallReceiveBuffer);
        await client.RequestAsync("/big");
        long start = Now;
        bool isGone() => server.Output.Contains("did not take the response in time", StringComparison.Ordinal);
        (_, Ending? early) = await ReadSlowlyAsync(
            client, bytesPerStep: 1, TimeSpan.FromSeconds(1), () => !isGone() && Since(start) < Patience.Long);
        TimeSpan elapsed = Since(start);
        Ending ending = early ?? (await client.DrainAsync()).Ending;

        Log.Print(
            $"{(overTls ? "over TLS, " : "")}slow reader, 1 byte/s: {ending} after {elapsed.TotalSeconds:0.0} s of a 2 s limit");
        elapsed.Should().BeLessThan(Generous);
        ending.Should().Be(Ending.Reset);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_below_the_rate_is_reset_although_it_makes_progress(bool overTls)
    {
        NeedsLinux();
        using ServerProcess server = await ServerProcess.StartFaultsAsync(
            overTls, "--response-timeout", "2", "--min-response-rate", "400000", "--log-level", "debug");
        using RawClient client = await RawClient.ConnectAsync(server, SmallReceiveBuffer);
        await client.RequestAsync("/big");
        long start = Now;
        bool isGone() => server.Output.Contains("did not take the response in time", StringComparison.Ordinal);
        (long read, Ending? early) = await ReadSlowlyAsync(
            client, bytesPerStep: 4096, TimeSpan.FromMilliseconds(50), () => !isGone() && Since(start) < Patience.Long);
        TimeSpan elapsed = Since(start);
        Ending ending = early ?? (await client.DrainAsync()).Ending;

        Log.Print(
            $"{(overTls ? "over TLS, " : "")}slow reader, 80 KB/s where 400 "
                + $"are asked: {ending} after {elapsed.TotalSeconds:0.0} s of a 2 s limit, {read / 1024} KiB read");
        elapsed.Should().BeLessThan(Generous);
        ending.Should().Be(Ending.Reset);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slow_but_honest_client_gets_everything(bool overTls)
    {
        NeedsLinux();
        const int length = 8_000_000;
        using ServerProcess server = await ServerProcess.StartFaultsAsync(
            overTls, "--response-timeout", "1", "--min-response-rate", "10000", "--keep-alive-timeout", "1");
        using RawClient client = await RawClient.ConnectAsync(server, SmallReceiveBuffer);
        await client.RequestAsync($"/bytes?{length}");
        (await client.ReadHeadAsync()).Should().Contain($"Content-Length: {length}");
        long start = Now;
        (long slowly, _) = await ReadSlowlyAsync(
            client, bytesPerStep: 4096, TimeSpan.FromMilliseconds(50), () => Since(start) < TimeSpan.FromSeconds(10));
        TimeSpan elapsed = Since(start);
        (long rest, Ending ending) = await client.DrainAsync();

        Log.Print(
            $"{(overTls ? "over TLS, " : "")}slow reader, 80 "
                + $"KB/s for {elapsed.TotalSeconds:0.0} s, limit 1 s without "
                + $"progress: {slowly / 1024} KiB slowly, {slowly + rest} of {length} bytes in all, {ending}");
        slowly.Should().BeLessThan(length / 2, "else the kernel's buffers have hidden the slowness");
        (slowly + rest).Should().Be(length);
        ending.Should().Be(Ending.Fin);
    }

    [SkippableFact]
    public async Task A_client_that_pipelines_and_never_reads_is_reset_and_costs_no_memory()
    {
        NeedsLinux();
        using ServerProcess server = await ServerProcess.StartFaultsAsync("--response-timeout", "2");
        await server.GetAsync("/collect");
        long before = ProcessFigures.ResidentBytes(server.Id);
        using RawClient client = await RawClient.ConnectAsync(server.Port, SmallReceiveBuffer);
        byte[] requests = System.Text.Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Repeat("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 1000)));
        long sent = 0;
        long start = Now;
        Func<Task> flood = () => Patience.PaceAsync(TimeSpan.FromMilliseconds(5), () =>
        {
            for (int count; (count = client.SendWithoutWaiting(requests)) > 0;) sent += count;
            return Task.FromResult(Since(start) < Patience.Long);
        });
        await flood.Should().ThrowAsync<SocketException>("the server resets it");
        TimeSpan elapsed = Since(start);
        long grown = ProcessFigures.ResidentBytes(server.Id) - before;

        Log.Print(
            $"pipelining without reading: reset after {elapsed.TotalSeconds:0.0} "
                + $"s, {sent / 1024} KiB sent, resident size {grown / 1024} KiB larger");
        elapsed.Should().BeLessThan(Generous * 2);
        grown.Should().BeLessThan(32 * 1024 * 1024);
        (await server.GetAsync("/")).StatusCode.Should().Be(200);
    }

    /// <summary>Sends at a steady pace until everything is sent or something comes back, or it has taken far too long.</summary>
    private static async Task SendSlowlyAsync(RawClient client, string text, TimeSpan interval, int step = 1)
    {
        int sent = 0;
        long start = Now;
        await Patience.PaceAsync(interval, async () =>
        {
            int count = Math.Min(step, text.Length - sent);
            await client.SendAsync(text.Substring(sent, count));
            sent += count;
            return sent < text.Length && client.Available == 0 && Since(start) < Generous * 2;
        });
    }

    /// <summary>Reads at a steady pace for as long as it is told to.</summary>
    /// <returns>How many bytes, and how the connection has ended if it did meanwhile.</returns>
    private static async Task<(long Read, Ending? Ending)> ReadSlowlyAsync(
        RawClient client, int bytesPerStep, TimeSpan interval, Func<bool> goOn)
    {
        long read = 0;
        byte[] buffer = new byte[bytesPerStep];
        try
        {
            await Patience.PaceAsync(interval, async () =>
            {
                read += await client.ReadAsync(buffer);
                return goOn();
            });
            return (read, null);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return (read, Ending.Reset);
        }
    }
}
