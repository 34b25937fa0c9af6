using System.Net.WebSockets;
using System.Threading.Channels;
using Pwb;

namespace Snippets;

/// <summary>The C# of docs/websockets.md.</summary>
public sealed class WebSocketSnippets
{
    // <websocket-test>
    [Fact]
    public async Task The_echo_answers_in_memory()
    {
        await using var server = new PwbServer(EchoHandler());
        using var invoker = new HttpMessageInvoker(server.CreateMessageHandler());
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri("ws://localhost/echo"), invoker, CancellationToken.None);

        await client.SendTextAsync("hello");

        Assert.Equal("hello", (await client.ReceiveMessageAsync())!.Text);
    }
    // </websocket-test>

    [Fact]
    public async Task What_others_publish_is_sent_until_the_client_goes()
    {
        Channel<string> news = Channel.CreateUnbounded<string>();
        // <websocket-push>
        IRequestHandler handler = RequestHandler.From(request => request.AcceptWebSocket(async (socket, token) =>
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(token);
            Task receiving = ReceiveAsync();
            try
            {
                await foreach (string item in news.Reader.ReadAllAsync(end.Token)) await socket.SendTextAsync(item, token);
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                // The client has closed.
            }

            await receiving;

            async Task ReceiveAsync()
            {
                while (await socket.ReceiveMessageAsync(cancellationToken: token) is not null)
                {
                    // The client has nothing to say: only its close counts.
                }

                await end.CancelAsync();
            }
        }));
        // </websocket-push>
        await using var server = new PwbServer(handler);
        using var invoker = new HttpMessageInvoker(server.CreateMessageHandler());
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri("ws://localhost/"), invoker, CancellationToken.None);
        news.Writer.TryWrite("first");
        (await client.ReceiveMessageAsync())!.Text.Should().Be("first");
        await client.CloseAsync(
            WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        client.CloseStatus.Should().Be(WebSocketCloseStatus.NormalClosure);
    }

    [Fact]
    public async Task A_subprotocol_is_agreed_upon()
    {
        // <websocket-options>
        WebSocketOptions options = new()
        {
            SubProtocols = ["chat.v2", "chat.v1"],
            KeepAliveInterval = TimeSpan.FromSeconds(30),
            KeepAliveTimeout = TimeSpan.FromSeconds(10),
        };
        IRequestHandler chat = RequestHandler.From(request => request.AcceptWebSocket(
            async (socket, token) => await socket.SendTextAsync($"you speak {socket.SubProtocol}", token), options));
        // </websocket-options>
        await using var server = new PwbServer(chat);
        using var invoker = new HttpMessageInvoker(server.CreateMessageHandler());
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("chat.v1");
        await client.ConnectAsync(new Uri("ws://localhost/"), invoker, CancellationToken.None);
        (await client.ReceiveMessageAsync())!.Text.Should().Be("you speak chat.v1");
    }

    private static IRequestHandler EchoHandler()
    {
        // <websocket-echo>
        IRequestHandler handler = RequestHandler.From(request => request.Path switch
        {
            "/echo" => request.AcceptWebSocket(async (socket, token) =>
            {
                while (await socket.ReceiveMessageAsync(cancellationToken: token) is { } message)
                    await socket.SendTextAsync(message.Text, token);
            }),
            _ => HttpResponse.Text("Not found\n", 404),
        });
        // </websocket-echo>
        return handler;
    }
}
