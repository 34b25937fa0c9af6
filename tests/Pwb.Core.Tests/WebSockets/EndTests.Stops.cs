using System.Net.Sockets;
using System.Net.WebSockets;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.WebSockets;

/// <content>Ends by a stop of the server, or by a client that is gone.</content>
public sealed partial class EndTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stop_tells_the_client_1001_whether_its_handler_receives_or_waits_for_something_else(bool receives)
    {
        using LogLines log = new();
        using ClientWebSocket client = new();
        PwbServer server = await ConnectAsync(
            client,
            async (socket, token) =>
            {
                await socket.SendTextAsync("ready", token);
                if (receives) await socket.ReceiveMessageAsync(cancellationToken: token);
                else await Task.Delay(Timeout.Infinite, token);
            },
            null,
            log);
        (await client.ReceiveMessageAsync())!.Text.Should().Be("ready");

        Task stopping = server.StopAsync();
        (await client.ReceiveMessageAsync()).Should().BeNull();
        client.CloseStatus.Should().Be(WebSocketCloseStatus.EndpointUnavailable);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Wire.SafetyTimeout);
        await stopping.WaitAsync(Wire.SafetyTimeout);
        await server.DisposeAsync();
        log.Lines.Should().NotContain(
            line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_callback_that_throws_at_a_stop_is_logged_and_the_connection_ends_in_good_order()
    {
        using LogLines log = new();
        using TcpClient client = new();
        WebSocket? kept = null;
        await using PwbServer server = await StartAsync(
            async (socket, token) =>
            {
                kept = socket;
                token.Register(static () => throw new FormatException("?"));
                await Task.Delay(Timeout.Infinite, token);
            },
            Hasty,
            log);
        await client.ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync(Latin1.Bytes(Frames.Ask));
        await ReadUntilAsync(client.GetStream(), "\r\n\r\n");

        Task stopping = server.StopAsync();
        await ReadToEndAsync(client.GetStream()); // FIN comes, no reset
        client.Close();
        await stopping.WaitAsync(Wire.SafetyTimeout);
        await log.LineAsync("Error:");
        kept!.State.Should().BeOneOf(WebSocketState.Closed, WebSocketState.Aborted);
    }

    [Fact]
    public async Task A_stop_waits_for_no_client_that_does_not_answer_it()
    {
        using TcpClient client = new();
        await using PwbServer server = await StartAsync(
            async (socket, _) => await socket.ReceiveMessageAsync(cancellationToken: CancellationToken.None), Hasty, null);
        await client.ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync(Latin1.Bytes(Frames.Ask));
        await ReadUntilAsync(client.GetStream(), "\r\n\r\n");

        Task stopping = server.StopAsync();
        await ReadUntilAsync(client.GetStream(), "\x88\x02\x03\xE9");
        await ReadToEndAsync(client.GetStream()); // FIN comes without the client's close
        client.Close();
        await stopping.WaitAsync(Wire.SafetyTimeout);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_ends_without_a_close_ends_it(bool receives)
    {
        using LogLines log = new();
        using TcpClient client = new();
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (PwbServer server = await StartAsync(
            async (socket, token) =>
            {
                try
                {
                    if (receives) await socket.ReceiveMessageAsync(cancellationToken: token);
                    else await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    ended.SetResult();
                }
            },
            null,
            log))
        {
            await client.ConnectAsync(server.EndPoint.Ip);
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync(Latin1.Bytes(Frames.Ask));
            await ReadUntilAsync(stream, "\r\n\r\n");
            client.Client.Shutdown(SocketShutdown.Send);
            await ended.Task.WaitAsync(Wire.SafetyTimeout);
            (await ReadToEndAsync(stream)).Should().BeEmpty("nobody reads a close any more");
        }

        log.Lines.Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_answers_no_ping_is_gone()
    {
        using LogLines log = new();
        using TcpClient client = new();
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        WebSocketOptions options = Hasty with
        {
            KeepAliveInterval = TimeSpan.FromMilliseconds(50),
            KeepAliveTimeout = TimeSpan.FromMilliseconds(100),
        };
        await using (PwbServer server = await StartAsync(
            async (socket, token) =>
            {
                try
                {
                    await socket.ReceiveMessageAsync(cancellationToken: token);
                }
                finally
                {
                    ended.SetResult();
                }
            },
            options,
            log))
        {
            await client.ConnectAsync(server.EndPoint.Ip);
            await client.GetStream().WriteAsync(Latin1.Bytes(Frames.Ask));
            await ReadUntilAsync(client.GetStream(), "\r\n\r\n\x89\x08"); // a ping
            await ended.Task.WaitAsync(Wire.SafetyTimeout);
            await ReadToEndAsync(client.GetStream());
            client.Close();
        }

        log.Lines.Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }
}
