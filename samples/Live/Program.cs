// A live page: what one browser says, all see at once, by a WebSocket. The page is inside the executable
// (see the project file). Try it:
//   dotnet run --project samples/Live
//   open http://localhost:8888/ in two windows
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Threading.Channels;
using Pwb;

ConcurrentDictionary<Channel<string>, bool> visitors = new();
StaticFileHandler page = new(new EmbeddedSource(typeof(Program).Assembly, "wwwroot/"));
WebSocketOptions options = new() { CloseTimeout = TimeSpan.FromSeconds(1) };

IRequestHandler handler = RequestHandler.From(async (request, cancellationToken) =>
    request.Path == "/live" ? request.AcceptWebSocket(TalkAsync, options) : await page.HandleAsync(request, cancellationToken));
await using PwbServer server = new(
    handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(args is [string port] ? int.Parse(port) : 8888) });
await server.StartAsync();
Console.WriteLine($"http://localhost:{server.EndPoint.Port}/");
await server.RunUntilStoppedAsync(); // until Ctrl+C or SIGTERM, and then closes the WebSockets with 1001

// The token is cancelled when the browser has gone, and when the server begins to stop.
async ValueTask TalkAsync(WebSocket socket, CancellationToken token)
{
    // Who is slow misses lines, and holds nobody up.
    Channel<string> lines = Channel.CreateBounded<string>(
        new BoundedChannelOptions(100) { FullMode = BoundedChannelFullMode.DropOldest });
    visitors[lines] = true;
    Task sending = SendAsync();
    try
    {
        while (await socket.ReceiveMessageAsync(1000, token) is { } message)
        {
            foreach (Channel<string> visitor in visitors.Keys) visitor.Writer.TryWrite(message.Text);
        }
    }
    finally
    {
        visitors.TryRemove(lines, out _);
        lines.Writer.Complete();
        await sending;
    }

    async Task SendAsync()
    {
        await foreach (string line in lines.Reader.ReadAllAsync(token)) await socket.SendTextAsync(line, token);
    }
}
