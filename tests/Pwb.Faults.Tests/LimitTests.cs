using System.Net.Sockets;
using Pwb.Faults.Support;
using Xunit.Abstractions;

namespace Pwb.Faults;

/// <summary>Connections that are used up.</summary>
public sealed class LimitTests(ITestOutputHelper output) : FaultSuite(output)
{
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

        Log.Print(
            $"connection limit {limit}: {count} newcomers were served, each in the place of "
                + $"one of the {count} longest idle; the {young.Length} younger ones are still there");
        Array.ForEach([.. old, .. young, .. newcomers], client => client.Dispose());
    }

    [SkippableFact]
    public async Task At_the_limit_with_nobody_idle_a_newcomer_gets_503_and_Retry_After()
    {
        const int limit = 20;
        using ServerProcess server = await ServerProcess.StartFaultsAsync("--max-connections", $"{limit}");
        RawClient[] clients = await RawClient.ConnectManyAsync(server.Port, limit);
        foreach (RawClient client in clients) await client.RequestAsync("/hang");
        // And by now all have been accepted, or will be before the newcomer.
        foreach (RawClient client in clients) await client.SendAsync("GET");

        using RawClient newcomer = await RawClient.ConnectAsync(server.Port);
        long start = Now;
        RawResponse response = await newcomer.ReadResponseAsync();
        TimeSpan elapsed = Since(start);
        Ending ending = (await newcomer.DrainAsync()).Ending;
        clients[0].Reset();
        await Patience.UntilAsync(async () => await StatusOrRefusalAsync(server) == 200, "there is room again");

        Log.Print(
            $"connection limit {limit}, all busy: {response.StatusCode} "
                + $"after {elapsed.TotalMilliseconds:0} ms, then {ending}; room again when one has left");
        response.StatusCode.Should().Be(503);
        response.Head.Should().Contain("\r\nRetry-After: 1\r\n").And.Contain("\r\nConnection: close\r\n");
        ending.Should().Be(Ending.Fin);
        Array.ForEach(clients, client => client.Dispose());
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
