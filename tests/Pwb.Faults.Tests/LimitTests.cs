using System.Net.Sockets;
using Pwb.Faults.Support;
using Xunit.Abstractions;

namespace Pwb.Faults;

/// <summary>Descriptors and connections that are used up.</summary>
public sealed class LimitTests(ITestOutputHelper output) : FaultSuite(output)
{
    [SkippableFact]
    public async Task Without_descriptors_it_neither_spins_nor_floods_its_log_nor_dies_and_recovers()
    {
        NeedsLinux();
        const int count = 8;
        TimeSpan observed = TimeSpan.FromSeconds(8);
        using ServerProcess server = await ServerProcess.StartQuietHostAsync();
        RawClient[] old = await RawClient.ConnectManyAsync(server.Port, count);
        foreach (RawClient client in old) (await client.GetAsync("/")).StatusCode.Should().Be(200);
        long limit = Native.SetOpenFileLimit(server.Id, ProcessFigures.Descriptors(server.Id) + 1);
        RawClient[] crowd = await RawClient.ConnectManyAsync(server.Port, 100);
        await server.UntilErrorsAsync("cannot accept connections");
        TimeSpan processorBefore = ProcessFigures.ProcessorTime(server.Id);
        int served = await AskNowAndThenAsync(server, old, observed);
        TimeSpan processor = ProcessFigures.ProcessorTime(server.Id) - processorBefore;
        int lines = server.Errors.Count(character => character == '\n');

        Array.ForEach(crowd, client => client.Reset());
        long start = Now;
        bool isServedAgain = (await server.GetAsync("/")).StatusCode == 200; // there is still little room, and now nobody else wants it
        TimeSpan recovery = Since(start);
        Native.SetOpenFileLimit(server.Id, limit);

        Log.Print($"descriptor exhaustion: {processor.TotalMilliseconds:0} ms of processor time and {lines} log lines in {observed.TotalSeconds:0} s, old clients got {served} answers, a new one is served {recovery.TotalSeconds:0.0} s after the crowd had left");
        processor.Should().BeLessThan(observed / 4, "it must not spin");
        lines.Should().BeInRange(1, 4, "it says so once in five seconds");
        isServedAgain.Should().BeTrue();
        recovery.Should().BeLessThan(TimeSpan.FromSeconds(15));
        server.HasExited.Should().BeFalse();
        Array.ForEach(old, client => client.Dispose());
    }

    [SkippableFact]
    public async Task Descriptors_that_run_out_before_the_first_request_do_not_kill_it()
    {
        NeedsLinux();
        using ServerProcess server = await ServerProcess.StartHostAsync(); // nobody has asked yet: nothing is warm that it has not warmed itself
        long limit = Native.SetOpenFileLimit(server.Id, ProcessFigures.Descriptors(server.Id) + 1);
        RawClient[] crowd = await RawClient.ConnectManyAsync(server.Port, 20);
        await crowd[0].RequestAsync("/");
        RawResponse first = await crowd[0].ReadResponseAsync();
        await server.UntilErrorsAsync("cannot accept connections");
        Array.ForEach(crowd, client => client.Reset());
        Native.SetOpenFileLimit(server.Id, limit);
        RawResponse after = await server.GetAsync("/");
        server.Signal(Native.Terminate);
        int exitCode = await server.WaitForExitAsync();

        Log.Print($"descriptors exhausted before the first request: it gets {first.StatusCode}, later ones {after.StatusCode}, exit code {exitCode}");
        (first.StatusCode, after.StatusCode, exitCode).Should().Be((200, 200, 0));
    }

    [SkippableFact]
    public async Task Stops_in_good_order_without_descriptors()
    {
        NeedsLinux();
        using ServerProcess server = await ServerProcess.StartHostAsync();
        Native.SetOpenFileLimit(server.Id, ProcessFigures.Descriptors(server.Id));
        RawClient[] crowd = await RawClient.ConnectManyAsync(server.Port, 20);
        await server.UntilErrorsAsync("cannot accept connections");
        server.Signal(Native.Terminate);
        long start = Now;
        int exitCode = await server.WaitForExitAsync();

        Log.Print($"stop without descriptors: exit code {exitCode} after {Since(start).TotalSeconds:0.0} s");
        exitCode.Should().Be(0);
        Array.ForEach(crowd, client => client.Dispose());
    }

    [SkippableFact]
    public async Task At_the_limit_the_longest_idle_connection_makes_room()
    {
        const int limit = 20, count = 5;
        using ServerProcess server = await ServerProcess.StartFaultsAsync("--max-connections", $"{limit}");
        RawClient[] old = await RawClient.ConnectManyAsync(server.Port, count);
        foreach (RawClient client in old) (await client.GetAsync("/")).StatusCode.Should().Be(200);
        await Patience.QuietAsync(TimeSpan.FromSeconds(2.5)); // the server's clock counts seconds
        RawClient[] young = await RawClient.ConnectManyAsync(server.Port, limit - count);
        foreach (RawClient client in young) (await client.GetAsync("/")).StatusCode.Should().Be(200);

        RawClient[] newcomers = await RawClient.ConnectManyAsync(server.Port, count);
        foreach (RawClient client in newcomers) (await client.GetAsync("/")).StatusCode.Should().Be(200);
        foreach (RawClient client in old) (await client.DrainAsync()).Should().Be((0L, Ending.Fin));
        foreach (RawClient client in young) (await client.GetAsync("/")).StatusCode.Should().Be(200);

        Log.Print($"connection limit {limit}: {count} newcomers were served, each in the place of one of the {count} longest idle; the {young.Length} younger ones are still there");
        Array.ForEach([.. old, .. young, .. newcomers], client => client.Dispose());
    }

    [SkippableFact]
    public async Task At_the_limit_with_nobody_idle_a_newcomer_gets_503_and_Retry_After()
    {
        const int limit = 20;
        using ServerProcess server = await ServerProcess.StartFaultsAsync("--max-connections", $"{limit}");
        RawClient[] clients = await RawClient.ConnectManyAsync(server.Port, limit);
        foreach (RawClient client in clients) await client.RequestAsync("/hang");
        foreach (RawClient client in clients) await client.SendAsync("GET"); // and by now all have been accepted, or will be before the newcomer

        using RawClient newcomer = await RawClient.ConnectAsync(server.Port);
        long start = Now;
        RawResponse response = await newcomer.ReadResponseAsync();
        TimeSpan elapsed = Since(start);
        Ending ending = (await newcomer.DrainAsync()).Ending;
        clients[0].Reset();
        await Patience.UntilAsync(async () => await StatusOrRefusalAsync(server) == 200, "there is room again");

        Log.Print($"connection limit {limit}, all busy: {response.StatusCode} after {elapsed.TotalMilliseconds:0} ms, then {ending}; room again when one has left");
        response.StatusCode.Should().Be(503);
        response.Head.Should().Contain("\r\nRetry-After: 1\r\n").And.Contain("\r\nConnection: close\r\n");
        ending.Should().Be(Ending.Fin);
        Array.ForEach(clients, client => client.Dispose());
    }

    /// <summary>All at once, and then not for a while: .NET wants another thread now and then.</summary>
    private static async Task<int> AskNowAndThenAsync(ServerProcess server, RawClient[] clients, TimeSpan time)
    {
        int served = 0;
        long start = Now;
        await Patience.PaceAsync(TimeSpan.FromMilliseconds(500), async () =>
        {
            server.HasExited.Should().BeFalse($"it must survive; it said: {server.Errors}");
            RawResponse[] responses = await Task.WhenAll(clients.Select(client => client.GetAsync("/")));
            served += responses.Count(response => response.StatusCode == 200);
            return Since(start) < time;
        });
        return served;
    }

    private static async Task<int> StatusOrRefusalAsync(ServerProcess server)
    {
        try
        {
            return (await server.GetAsync("/")).StatusCode;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return 0; // a refusal that was overtaken by a reset
        }
    }
}
