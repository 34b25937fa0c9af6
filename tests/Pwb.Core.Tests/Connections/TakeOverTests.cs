using System.Net;
using System.Net.Sockets;
using System.Text;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Connections;

/// <summary>R17: a handler that takes a connection over by 101. RFC 9110 §7.8, §15.2.2.</summary>
public sealed class TakeOverTests
{
    private const string Ask =
        "GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: other/1, Echo\r\n\r\n";

    private static readonly PwbServerOptions FreePort = new() { EndPoints = ServerEndPoint.Loopback(0) };

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000_000)]
    public async Task Gets_every_byte_behind_the_head_however_it_is_split(int size)
    {
        var wire = new Wire(_ => HttpResponse.Upgrade("echo", EchoAsync));
        byte[] input = Latin1.Bytes(Ask + "GET /looks-like HTTP/1.1\r\n\r\n");
        var stream = new ScriptedStream();
        foreach (byte[] segment in input.Chunk(size)) stream.Give(segment);
        stream.EndInput();
        Outcome outcome = await wire.Open(stream).EndAsync();

        string output = Latin1.Text(outcome.Output);
        output.Should().StartWith("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n")
            .And.Contain("\r\nConnection: Upgrade\r\n");
        output.Should().NotContain("Content-Length").And.NotContain("Transfer-Encoding").And.NotContain("close");
        output.Should().EndWith("\r\n\r\nGET /looks-like HTTP/1.1\r\n\r\n");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")]
    public async Task Does_not_happen_unless_the_client_asked_for_it(string request)
    {
        bool hasRun = false;
        var wire = new Wire(_ => HttpResponse.Upgrade("echo", (_, _) =>
        {
            hasRun = true;
            return default;
        }));
        Outcome outcome = await wire.ExchangeAsync(request);
        outcome.Response().Status.Should().Be(500);
        hasRun.Should().BeFalse();
    }

    [Fact]
    public async Task Is_a_value_whose_function_a_test_can_call()
    {
        HttpResponse response = HttpResponse.Upgrade("echo", EchoAsync, ("X", "y")).WithAdded("Z", "1");
        response.StatusCode.Should().Be(101);
        response.Headers["Upgrade"].Should().Be("echo");
        response.Headers["Z"].Should().Be("1");

        var stream = new ScriptedStream();
        stream.Give("ping").EndInput();
        await response.Body.WriteToAsync(stream, CancellationToken.None);
        Latin1.Text(stream.Output).Should().Be("ping");
    }

    [Fact]
    public void Takes_no_protocol_that_is_none()
    {
        FluentActions.Invoking(() => HttpResponse.Upgrade("", EchoAsync)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => HttpResponse.Upgrade("a\r\nb", EchoAsync)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new HttpResponse(101)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Works_in_both_directions_over_sockets_and_ends_with_the_server(bool tls)
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        PwbServerOptions options = tls
            ? FreePort with { EndPoints = ServerEndPoint.Loopback(0, new TlsOptions(ServerCertificate.SelfSigned())) } : FreePort;
        await using PwbServer server = new(RequestHandler.From(request => HttpResponse.Upgrade("echo", async (stream, token) =>
        {
            using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(token, request.Stopping);
            entered.SetResult();
            await EchoAsync(stream, both.Token);
        })), options);
        await server.StartAsync();
        using TcpClient? plain = tls ? null : new TcpClient();
        using TlsClient? secure = tls ? await TlsClient.ConnectAsync(server) : null;
        if (plain is not null) await plain.ConnectAsync(server.EndPoint.Ip);
        Stream client = plain?.GetStream() ?? (Stream)secure!.Stream;

        await client.WriteAsync(Latin1.Bytes(Ask + "first"));
        await ReadUntilAsync(client, "\r\n\r\nfirst");
        await client.WriteAsync("second"u8.ToArray());
        await ReadUntilAsync(client, "second");
        await entered.Task.WaitAsync(Wire.SafetyTimeout);

        Task stopping = server.StopAsync();
        byte[] rest = new byte[1];
        int last = await ReadSafelyAsync(client, rest).WaitAsync(Wire.SafetyTimeout);
        last.Should().Be(0);
        await client.DisposeAsync();
        await stopping.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task Lets_one_read_and_one_write_at_a_time()
    {
        Exception? seen = null;
        var wire = new Wire(_ => HttpResponse.Upgrade("echo", async (stream, token) =>
        {
            Task<int> first = stream.ReadAsync(new byte[1], token).AsTask();
            seen = await Record.ExceptionAsync(() => stream.ReadAsync(new byte[1], token).AsTask());
            await stream.WriteAsync("x"u8.ToArray(), token);
            await first;
        }));
        Connection connection = wire.Open(Ask);
        await connection.Stream.WaitForOutputAsync("x");
        connection.Stream.Give("y");
        await connection.FinishAsync();
        seen.Should().BeOfType<InvalidOperationException>();
    }

    [Fact]
    public async Task A_stream_that_was_kept_is_closed()
    {
        Stream? kept = null;
        var wire = new Wire(_ => HttpResponse.Upgrade("echo", (stream, _) =>
        {
            kept = stream;
            return default;
        }));
        await wire.ExchangeAsync(Ask);
        await kept!.Invoking(stream => stream.WriteAsync(new byte[1]).AsTask()).Should().ThrowAsync<ObjectDisposedException>();
        await kept!.Invoking(stream => stream.ReadAsync(new byte[1]).AsTask()).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task Works_in_memory_with_the_runtimes_client()
    {
        await using PwbServer server = new(RequestHandler.From(_ => HttpResponse.Upgrade("echo", EchoAsync)));
        using HttpClient client = server.CreateClient();
        using HttpRequestMessage request = new(HttpMethod.Get, "/echo");
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("echo");
        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.Should().Be(HttpStatusCode.SwitchingProtocols);
        await using Stream stream = await response.Content.ReadAsStreamAsync();
        await stream.WriteAsync("ping"u8.ToArray());
        await ReadUntilAsync(stream, "ping");
    }

    private static async ValueTask EchoAsync(Stream stream, CancellationToken token)
    {
        byte[] buffer = new byte[3];
        while (await ReadSafelyAsync(stream, buffer, token) is > 0 and var count)
            await stream.WriteAsync(buffer.AsMemory(0, count), token);
    }

    private static async Task<int> ReadSafelyAsync(Stream stream, byte[] buffer, CancellationToken token = default)
    {
        try
        {
            return await stream.ReadAsync(buffer, token);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    private static async Task ReadUntilAsync(Stream stream, string ending)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[1];
        while (!text.ToString().EndsWith(ending, StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout) == 0)
                throw new IOException($"The stream ended after: {text}");
            text.Append((char)buffer[0]);
        }
    }
}
