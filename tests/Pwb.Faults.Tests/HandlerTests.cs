using System.Text.RegularExpressions;
using Pwb.Faults.Support;
using Xunit.Abstractions;

namespace Pwb.Faults;

/// <summary>
/// Handlers and bodies that fail harm their own request only; clients that go away are told from clients that have said all.
/// </summary>
public sealed class HandlerTests(ITestOutputHelper output) : FaultSuite(output)
{
    private static readonly TimeSpan Prompt = TimeSpan.FromSeconds(10); // the pool alone takes longer to grow by 30 threads

    [SkippableTheory]
    [InlineData("/throw")]
    [InlineData("/throw-late")]
    public async Task A_handler_that_throws_gets_500_without_detail_and_an_error_log_with_an_id(string path)
    {
        using ServerProcess server = await ServerProcess.StartFaultsAsync();
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        RawResponse response = await client.GetAsync(path);
        RawResponse next = await client.GetAsync("/");
        await server.UntilErrorsAsync("the secret of the handler");
        string id = Regex.Match(server.Errors, @"error: request (\d+-\d+): the handler failed").Groups[1].Value;

        Log.Print(
            $"handler throws ({path}): {response.StatusCode} with '{response.Text.Trim()}', logged as "
                + $"request {id}; the next request on the connection gets {next.StatusCode}");
        (response.StatusCode, next.StatusCode).Should().Be((500, 200));
        response.Head.Should().NotContain("secret").And.NotContain("Exception");
        response.Text.Should().NotContain("secret").And.NotContain("Exception");
        id.Should().NotBeEmpty();
    }

    [SkippableTheory]
    [InlineData("/broken")]
    [InlineData("/broken-chunks")]
    public async Task A_body_that_fails_half_way_ends_in_a_reset_and_an_error_log_with_an_id(string path)
    {
        NeedsLinux();
        using ServerProcess server = await ServerProcess.StartFaultsAsync();
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        await client.RequestAsync(path);
        (string text, Ending ending) = await client.ReadToEndAsync();
        await server.UntilErrorsAsync("the secret of the body");

        Log.Print($"body fails half-way ({path}): {text.Length} bytes, then {ending}");
        text.Should().StartWith("HTTP/1.1 200 ").And.NotEndWith("\r\n0\r\n\r\n").And.NotContain("HTTP/1.1 500");
        ending.Should().Be(Ending.Reset);
        server.Errors.Should().MatchRegex(@"error: request \d+-\d+: the response's body failed");
        (await server.GetAsync("/")).StatusCode.Should().Be(200);
    }

    [SkippableTheory]
    [InlineData("/hang", 200)]
    [InlineData("/stuck", 200)]
    [InlineData("/block", 30)]
    public async Task Handlers_that_hang_or_block_do_not_stop_other_clients(string path, int count)
    {
        using ServerProcess server = await ServerProcess.StartFaultsAsync();
        using RawClient old = await RawClient.ConnectAsync(server.Port);
        (await old.GetAsync("/")).StatusCode.Should().Be(200);
        RawClient[] victims = await RawClient.ConnectManyAsync(server.Port, count);
        foreach (RawClient victim in victims) await victim.RequestAsync(path);

        long start = Now;
        (await old.GetAsync("/")).StatusCode.Should().Be(200);
        TimeSpan oldClient = Since(start);
        start = Now;
        (await server.GetAsync("/")).StatusCode.Should().Be(200);
        TimeSpan newClient = Since(start);

        Log.Print(
            $"{count} handlers at {path}: an old client is "
                + $"answered in {oldClient.TotalMilliseconds:0} ms, a new one in {newClient.TotalMilliseconds:0} ms");
        oldClient.Should().BeLessThan(Prompt);
        newClient.Should().BeLessThan(Prompt);
        Array.ForEach(victims, victim => victim.Reset());
    }

    [SkippableFact]
    public async Task Handlers_that_block_do_not_stop_the_heartbeat()
    {
        NeedsLinux();
        const int threads = 4;
        using ServerProcess server = await ServerProcess.StartFaultsOnThreadsAsync(threads, "--first-byte-timeout", "3");
        using RawClient silent = await RawClient.ConnectAsync(server.Port);
        (await server.GetAsync("/")).StatusCode.Should().Be(200); // so the silent one is being waited for
        RawClient[] victims = await RawClient.ConnectManyAsync(server.Port, threads * 2);
        foreach (RawClient victim in victims) await victim.RequestAsync("/block");
        long start = Now;
        (long count, Ending ending) = await silent.DrainAsync();
        TimeSpan elapsed = Since(start);

        Log.Print(
            $"{threads} threads in all, {victims.Length} handlers that block them: a silent client is "
                + $"gone after {elapsed.TotalSeconds:0.0} s of a 3 s limit");
        (count, ending).Should().Be((0L, Ending.Fin));
        elapsed.Should().BeLessThan(TimeSpan.FromSeconds(15));
        Array.ForEach(victims, victim => victim.Reset());
    }

    [SkippableTheory]
    [InlineData("/hang")]
    [InlineData("/block")]
    [InlineData("/push-hang")]
    public async Task A_reset_by_the_client_cancels_the_token(string path)
    {
        NeedsLinux();
        using ServerProcess server = await ServerProcess.StartFaultsAsync();
        RawClient client = await RawClient.ConnectAsync(server.Port);
        await client.RequestAsync(path);
        await UntilStatusAsync(server, "waiting=1 cancelled=0");
        // Else its body may still be about to write, and fail with that.
        if (path == "/push-hang") await client.ReadUntilAsync("tick");
        long start = Now;
        client.Reset();
        await UntilStatusAsync(server, "waiting=0 cancelled=1", TimeSpan.FromSeconds(15));

        Log.Print($"client resets during {path}: its token is cancelled after {Since(start).TotalSeconds:0.0} s");
    }

    [SkippableFact]
    public async Task A_FIN_from_the_client_tells_the_handler_and_is_no_abort()
    {
        using ServerProcess server = await ServerProcess.StartFaultsAsync();
        using RawClient waiting = await RawClient.ConnectAsync(server.Port);
        await waiting.RequestAsync("/hang");
        waiting.ShutdownSend();
        long start = Now;
        await UntilStatusAsync(server, "waiting=0 cancelled=1");
        TimeSpan told = Since(start);
        using RawClient slow = await RawClient.ConnectAsync(server.Port);
        await slow.RequestAsync("/deaf?4000");
        slow.ShutdownSend();
        (string text, Ending ending) = await slow.ReadToEndAsync(); // longer than the heartbeat takes to see a reset

        Log.Print(
            $"half-close: a handler that waits is told after {told.TotalSeconds:0.0} s; one that answers late: {text}, {ending}");
        text.Should().StartWith("HTTP/1.1 200 ").And.EndWith("hello");
        ending.Should().Be(Ending.Fin);
    }

    [SkippableTheory]
    [InlineData("/", 5)]
    [InlineData("/bytes?4000000", 4_000_000)]
    [InlineData("/big", 67_108_864)]
    public async Task After_a_half_close_the_response_is_whole(string path, int length)
    {
        using ServerProcess server = await ServerProcess.StartFaultsAsync();
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        await client.RequestAsync(path);
        client.ShutdownSend();
        string head = await client.ReadHeadAsync();
        (long count, Ending ending) = await client.DrainAsync();

        Log.Print($"half-close after the request of {path}: {count} of {length} bytes, {ending}");
        head.Should().Contain($"\r\nContent-Length: {length}\r\n");
        (count, ending).Should().Be((length, Ending.Fin));
    }

    private static Task UntilStatusAsync(ServerProcess server, string status, TimeSpan? patience = null) => Patience.UntilAsync(
        async () => string.Equals((await server.GetAsync("/status")).Text, status, StringComparison.Ordinal),
        $"the status is {status}", patience);
}
