using System.Net.Sockets;
using System.Net.WebSockets;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.WebSockets;

/// <summary>How a WebSocket ends: by its handler, its client, or the server. RFC 6455 §7.</summary>
public sealed partial class EndTests
{
    private static readonly PwbServerOptions FreePort = new() { EndPoints = ServerEndPoint.Loopback(0) };
    private static readonly WebSocketOptions Hasty = new() { CloseTimeout = TimeSpan.FromMilliseconds(200) };

    [Fact]
    public async Task A_handler_that_returns_closes_with_1000()
    {
        using ClientWebSocket client = new();
        await using PwbServer server = await ConnectAsync(client, (socket, token) => socket.SendTextAsync("bye", token));
        (await client.ReceiveMessageAsync())!.Text.Should().Be("bye");
        await ExpectCloseAsync(client, WebSocketCloseStatus.NormalClosure);
    }

    [Fact]
    public async Task A_handler_that_throws_closes_with_1011_and_a_line_in_the_log()
    {
        using LogLines log = new();
        using ClientWebSocket client = new();
        await using PwbServer server = await ConnectAsync(client, (_, _) => throw new FormatException("?"), null, log);
        await ExpectCloseAsync(client, WebSocketCloseStatus.InternalServerError);
        (await log.LineAsync("Error:")).Should().EndWith("(FormatException)");
    }

    [Fact]
    public async Task A_handler_that_lets_pass_what_the_client_did_wrong_has_not_failed()
    {
        using LogLines log = new();
        using ClientWebSocket client = new();
        await using (PwbServer server = await ConnectAsync(
            client, async (socket, token) => await socket.ReceiveMessageAsync(3, token), null, log))
        {
            await client.SendTextAsync("four");
            await ExpectCloseAsync(client, WebSocketCloseStatus.MessageTooBig);
        }

        log.Lines.Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_ends_may_close_first(bool isServer)
    {
        using ClientWebSocket client = new();
        await using PwbServer server = await ConnectAsync(client, async (socket, token) =>
        {
            if (isServer) await socket.CloseAsync(WebSocketCloseStatus.PolicyViolation, "enough", token);
            else await socket.ReceiveMessageAsync(cancellationToken: token);
        });
        if (isServer) (await client.ReceiveMessageAsync()).Should().BeNull();
        await client.CloseAsync(
            WebSocketCloseStatus.PolicyViolation, "enough", CancellationToken.None).WaitAsync(Wire.SafetyTimeout);
        client.State.Should().Be(WebSocketState.Closed);
        client.CloseStatus.Should().Be(WebSocketCloseStatus.PolicyViolation);
    }

    [Fact]
    public async Task A_close_that_is_never_answered_does_not_keep_the_handler()
    {
        using TcpClient client = new();
        TaskCompletionSource<Exception?> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await StartAsync(
            async (socket, _) =>
                ended.SetResult(
                    await Record.ExceptionAsync(
                        () => socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None))),
            Hasty,
            null);
        await client.ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync(Latin1.Bytes(Frames.Ask));
        (await ended.Task.WaitAsync(Wire.SafetyTimeout)).Should().NotBeNull();
        await ReadToEndAsync(client.GetStream());
    }

    [Fact]
    public async Task A_handler_whose_own_token_ends_a_wait_has_aborted_it()
    {
        using ClientWebSocket client = new();
        await using PwbServer server = await ConnectAsync(client, async (socket, token) =>
        {
            await socket.ReceiveMessageAsync(cancellationToken: token);
            using CancellationTokenSource patience = new(TimeSpan.FromMilliseconds(50));
            await socket.ReceiveMessageAsync(cancellationToken: patience.Token);
        });
        await client.SendTextAsync("connected");
        await client.Awaiting(it => it.ReceiveMessageAsync().AsTask().WaitAsync(Wire.SafetyTimeout))
            .Should().ThrowAsync<WebSocketException>();
    }

    [Fact]
    public async Task Several_may_send_at_once()
    {
        using ClientWebSocket client = new();
        await using PwbServer server = await ConnectAsync(client, async (socket, token) =>
            await Task.WhenAll(
                Enumerable.Range(0, 20).Select(
                    number =>
                        Task.Run(() => socket.SendTextAsync(new string((char)('a' + number), 5_000), token).AsTask(), token))));
        HashSet<char> seen = [];
        while (await client.ReceiveMessageAsync() is { } message)
            seen.Add(message.Text.Distinct().Should().ContainSingle().Subject);
        seen.Should().HaveCount(20);
        client.CloseStatus.Should().Be(WebSocketCloseStatus.NormalClosure);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_of_16_MB_goes_both_ways_whole(bool tls)
    {
        const int length = 16 * 1024 * 1024;
        byte[] sent = new byte[length];
        new Random(7).NextBytes(sent);
        using ClientWebSocket client = new();
        client.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        await using PwbServer server = await ConnectAsync(
            client,
            async (socket, token) =>
            {
                while (await socket.ReceiveMessageAsync(length, token) is { } message)
                    await socket.SendAsync(message.Content, message.Type, true, token);
            },
            null,
            null,
            tls);
        await client.SendAsync(sent, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        (await client.ReceiveMessageAsync(length))!.Content.Span.SequenceEqual(sent).Should().BeTrue();
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Wire.SafetyTimeout);
        client.CloseStatus.Should().Be(WebSocketCloseStatus.NormalClosure);
    }

    private static async Task<PwbServer> StartAsync(
        Func<WebSocket, CancellationToken, ValueTask> run, WebSocketOptions? options, LogLines? log, bool tls = false)
    {
        PwbServerOptions server = tls
            ? FreePort with { EndPoints = ServerEndPoint.Loopback(0, new TlsOptions(ServerCertificate.SelfSigned())) } : FreePort;
        PwbServer started = new(RequestHandler.From(request => request.AcceptWebSocket(run, options)), server, log);
        await started.StartAsync();
        return started;
    }

    private static async Task<PwbServer> ConnectAsync(
        ClientWebSocket client, Func<WebSocket, CancellationToken, ValueTask> run, WebSocketOptions? options = null,
        LogLines? log = null, bool tls = false)
    {
        PwbServer server = await StartAsync(run, options, log, tls);
        await client.ConnectAsync(new Uri($"{(tls ? "wss" : "ws")}://localhost:{server.EndPoint.Port}/"), CancellationToken.None);
        return server;
    }

    private static async Task ExpectCloseAsync(ClientWebSocket client, WebSocketCloseStatus status)
    {
        (await client.ReceiveMessageAsync().AsTask().WaitAsync(Wire.SafetyTimeout)).Should().BeNull();
        client.CloseStatus.Should().Be(status);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Wire.SafetyTimeout);
        client.State.Should().Be(WebSocketState.Closed);
    }

    private static async Task ReadUntilAsync(Stream stream, string text)
    {
        string read = "";
        byte[] buffer = new byte[1];
        while (!read.Contains(text, StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout) == 0)
                throw new IOException($"The stream ended after: {Latin1.Show(read)}");
            read += (char)buffer[0];
        }
    }

    private static async Task<string> ReadToEndAsync(Stream stream)
    {
        using MemoryStream read = new();
        await stream.CopyToAsync(read).WaitAsync(Wire.SafetyTimeout);
        return Latin1.Text(read.ToArray());
    }
}
