using System.Net.Sockets;
using System.Text;
using Pwb.Faults.Support;
using Xunit.Abstractions;

namespace Pwb.Faults;

/// <summary>Input without end is cut at its limit, and the refusal arrives whole although the client still sends.</summary>
public sealed class EndlessInputTests(ITestOutputHelper output) : FaultSuite(output)
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    private const string Chunked = "POST /upload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";

    public static TheoryData<string, string, string, int> EndlessInputs => new()
    {
        { "request line", "GET /", "a", 414 },
        { "method", "", "A", 400 },
        { "empty lines", "", "\r\n", 400 },
        { "field lines", Get, "X: y\r\n", 431 },
        { "field name", Get, "X", 431 },
        { "field value", Get + "X: ", "y", 431 },
        { "chunk size", Chunked, "0", 400 },
        { "chunk extension", Chunked + "5;a=", "b", 400 },
        { "chunk extensions, one a chunk", Chunked, "1;a=b\r\nx\r\n", 400 },
        { "trailer section", Chunked + "0\r\n", "X: y\r\n", 400 },
        { "chunks", Chunked, "8000\r\n" + new string('x', 0x8000) + "\r\n", 413 },
    };

    [SkippableTheory]
    [MemberData(nameof(EndlessInputs))]
    public async Task Endless_input_is_cut_at_its_limit(string what, string start, string again, int statusCode)
    {
        NeedsLinux();
        using ServerProcess server = await ServerProcess.StartFaultsAsync("--max-content-length", "1000000");
        await server.GetAsync("/collect");
        long before = ProcessFigures.ResidentBytes(server.Id);
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        await client.SendAsync(start);
        byte[] piece = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(again, Math.Max(1, 4096 / again.Length))));
        long sent = await SendUntilAnsweredAsync(client, piece);
        RawResponse response = await client.ReadResponseAsync();
        long grown = ProcessFigures.ResidentBytes(server.Id) - before;

        Log.Print($"endless {what}: {response.StatusCode} when {sent} bytes were sent, resident size {grown / 1024:+#;-#;0} KiB");
        response.StatusCode.Should().Be(statusCode);
        response.Head.Should().Contain("\r\nConnection: close\r\n");
        grown.Should().BeLessThan(16 * 1024 * 1024);
    }

    // A client that sends on and reads only when it has sent all would lose the response to a reset.
    [SkippableTheory]
    [InlineData("GET / HTTP/1.1\r\nBad Field: x\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\nHost: localhost\r\n\r\n", 400)]
    [InlineData("BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", 501)]
    [InlineData("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n", 413)]
    public async Task A_refusal_arrives_whole_while_the_client_still_sends(string request, int statusCode)
    {
        const int pieces = 60;
        byte[] piece = new byte[1000]; // 60,000 bytes in all: the server reads 64 KiB after its FIN
        using ServerProcess server = await ServerProcess.StartQuietHostAsync();
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        await client.SendAsync(request);
        int sent = 0;
        await Patience.PaceAsync(TimeSpan.FromMilliseconds(10), async () =>
        {
            await client.SendAsync(piece);
            return ++sent < pieces;
        });
        RawResponse response = await client.ReadResponseAsync();
        (long rest, Ending ending) = await client.DrainAsync();

        Log.Print(
            $"refusal with {statusCode} to a client that "
                + $"still sends {pieces * piece.Length} "
                + $"bytes: {response.StatusCode}, {response.Content.Length} bytes of content, {rest} more, {ending}");
        response.StatusCode.Should().Be(statusCode);
        (rest, ending).Should().Be((0L, Ending.Fin));
    }

    [SkippableFact]
    public async Task FIN_follows_a_refusal_at_once_although_the_client_keeps_its_side_open()
    {
        const int count = 20;
        using ServerProcess server = await ServerProcess.StartQuietHostAsync();
        List<double> milliseconds = [];
        for (int i = 0; i < count; i++)
        {
            using RawClient client = await RawClient.ConnectAsync(server.Port);
            long start = Now;
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
            RawResponse response = await client.ReadResponseAsync();
            (long rest, Ending ending) = await client.DrainAsync();
            milliseconds.Add(Since(start).TotalMilliseconds);
            (response.StatusCode, rest, ending).Should().Be((400, 0L, Ending.Fin));
        }

        milliseconds.Sort();
        Log.Print(
            $"FIN after a refusal: {milliseconds[count / 2]:0.0} ms in the "
                + $"middle, {milliseconds[^1]:0.0} ms at most, of {count}");
        milliseconds[count / 2].Should().BeLessThan(150);
        milliseconds[^1].Should().BeLessThan(1500, "less than the 2 s of the lingering close, even on a busy machine");
    }

    private static async Task<long> SendUntilAnsweredAsync(RawClient client, byte[] piece)
    {
        const long tooMuch = 20_000_000;
        long sent = 0;
        try
        {
            await Patience.PaceAsync(TimeSpan.FromMilliseconds(1), async () =>
            {
                await client.SendAsync(piece);
                sent += piece.Length;
                return client.Available == 0 && sent < tooMuch;
            });
        }
        catch (SocketException)
        {
            // The server has had enough; what it said is still to be read.
        }

        sent.Should().BeLessThan(tooMuch, "it must not take input for ever");
        return sent;
    }
}
