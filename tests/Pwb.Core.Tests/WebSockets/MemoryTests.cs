using System.Net.WebSockets;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.WebSockets;

/// <summary>A WebSocket without a network: the runtime's own client, and no client at all.</summary>
public sealed class MemoryTests
{
    [Theory]
    [InlineData("ws://localhost/chat")]
    [InlineData("wss://api.example.com/chat")]
    public async Task The_runtimes_client_speaks_it_in_memory(string address)
    {
        await using PwbServer server = new(RequestHandler.From(Echo));
        using HttpMessageInvoker invoker = new(server.CreateMessageHandler());
        using ClientWebSocket client = new();
        client.Options.AddSubProtocol("echo");
        await client.ConnectAsync(new Uri(address), invoker, CancellationToken.None);
        client.SubProtocol.Should().Be("echo");

        await client.SendTextAsync("hello");
        (await client.ReceiveMessageAsync())!.Text.Should().Be("hello");
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Wire.SafetyTimeout);
        client.CloseStatus.Should().Be(WebSocketCloseStatus.NormalClosure);
    }

    [Fact]
    public async Task A_client_in_memory_that_is_thrown_away_ends_the_handler()
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = new(RequestHandler.From(request => request.AcceptWebSocket(async (_, token) =>
        {
            token.Register(ended.SetResult);
            await Task.Delay(Timeout.Infinite, token);
        })));
        using HttpMessageInvoker invoker = new(server.CreateMessageHandler());
        ClientWebSocket client = new();
        await client.ConnectAsync(new Uri("ws://localhost/"), invoker, CancellationToken.None);
        client.Dispose();
        await ended.Task.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task The_response_is_a_value_whose_body_a_test_can_run()
    {
        HttpRequest request = new(
            "GET", "/", null, ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="));
        HttpResponse response = Echo(request);
        response.StatusCode.Should().Be(101);
        response.Headers["Sec-WebSocket-Accept"].Should().Be("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

        var stream = new ScriptedStream();
        stream.Give(Frames.Text("hello")).Give(Frames.Close(1000)).EndInput();
        await response.Body.WriteToAsync(stream, CancellationToken.None);
        Latin1.Text(stream.Output).Should().Be("\x81\x05hello\x88\x02\x03\xE8");
    }

    private static HttpResponse Echo(HttpRequest request) => request.AcceptWebSocket(
        async (socket, token) =>
        {
            while (await socket.ReceiveMessageAsync(cancellationToken: token) is { } message)
                await socket.SendTextAsync(message.Text, token);
        },
        new WebSocketOptions { SubProtocols = ["echo"] });
}
