using Pwb.Faults.Support;
using Xunit.Abstractions;

namespace Pwb.Faults;

/// <summary>Memory that does not grow with what clients do.</summary>
public sealed class MemoryTests(ITestOutputHelper output) : FaultSuite(output)
{
    private const int Kibi = 1024;

    [SkippableFact]
    public async Task Two_hundred_thousand_requests_leave_the_resident_size_flat()
    {
        NeedsLinux();
        const int warmUp = 200_000, count = 200_000;
        using ServerProcess server = await ServerProcess.StartQuietHostAsync();
        await AskAsync(server.Port, warmUp);
        long before = ProcessFigures.ResidentBytes(server.Id);
        long start = Now;
        await AskAsync(server.Port, count);
        TimeSpan elapsed = Since(start);
        long grown = ProcessFigures.ResidentBytes(server.Id) - before;

        Log.Print(
            $"{count} requests in {elapsed.TotalSeconds:0.0} s "
                + $"after {warmUp}: resident size {before / Kibi} KiB, {grown / Kibi:+#;-#;0} KiB");
        grown.Should().BeLessThan(8 * Kibi * Kibi, "a leak of 50 bytes a request would be more");
    }

    [SkippableTheory]
    [InlineData("/big", false)]
    [InlineData("/bytes?67108864", false)]
    [InlineData("/chunks?67108864", false)]
    [InlineData("/big", true)]
    [InlineData("/chunks?67108864", true)]
    public async Task Slow_readers_of_64_MB_cost_no_more_than_buffers(string path, bool overTls)
    {
        NeedsLinux();
        const int count = 100;
        using ServerProcess server = await ServerProcess.StartFaultsAsync(overTls);
        await ReadALittleAsync(server, path, 10);
        await server.GetAsync("/collect");
        long before = ProcessFigures.ResidentBytes(server.Id);
        RawClient[] clients = await ReadALittleAsync(server, path, count);
        await server.GetAsync("/collect");
        long each = (ProcessFigures.ResidentBytes(server.Id) - before) / count;

        Log.Print($"{count} slow readers of 64 MB at {path}{(overTls ? " over TLS" : "")}: {each / Kibi} KiB resident each");
        each.Should().BeLessThan((overTls ? 256 : 128) * Kibi, "the default of MaxConnections counts with as much");
        Array.ForEach(clients, client => client.Reset());
    }

    [SkippableFact]
    public async Task Slow_uploads_cost_no_more_than_buffers()
    {
        NeedsLinux();
        const int count = 200, sent = 256 * Kibi;
        using ServerProcess server = await ServerProcess.StartFaultsAsync();
        await server.GetAsync("/collect");
        long before = ProcessFigures.ResidentBytes(server.Id);
        byte[] content = new byte[sent];
        RawClient[] clients = await RawClient.ConnectManyAsync(server.Port, count);
        foreach (RawClient client in clients)
        {
            await client.SendAsync("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000000\r\n\r\n");
            await client.SendAsync(content);
        }

        (await server.GetAsync("/collect")).StatusCode.Should().Be(200);
        long each = (ProcessFigures.ResidentBytes(server.Id) - before) / count;

        Log.Print($"{count} uploads that have come to a halt: {each / Kibi} KiB resident each");
        each.Should().BeLessThan(96 * Kibi, "64 KiB are promised, and the handler has a buffer of 16");
        Array.ForEach(clients, client => client.Reset());
    }

    private static Task AskAsync(int port, int count)
    {
        const int connections = 8;
        return Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            using RawClient client = await RawClient.ConnectAsync(port);
            await client.GetManyAsync(count / connections);
        }));
    }

    private static async Task<RawClient[]> ReadALittleAsync(ServerProcess server, string path, int count)
    {
        byte[] little = new byte[100];
        RawClient[] clients = new RawClient[count];
        for (int i = 0; i < count; i++)
        {
            RawClient client = clients[i] = await RawClient.ConnectAsync(server, receiveBuffer: 4096);
            await client.RequestAsync(path);
            await client.ReadHeadAsync();
            await client.ReadAsync(little);
        }

        return clients;
    }
}
