// Sends every message of up to 16 MiB back, for the clients beside it; at /deflate it allows compression. Ends with its input;
// each line of that prints the bytes on the heap and the working set.
using Pwb;

const int MaxLength = 16 * 1024 * 1024;

WebSocketOptions options = new() { SubProtocols = ["echo"] };
WebSocketOptions deflating = options with { AllowDeflate = true };
IRequestHandler handler = RequestHandler.From(request => request.AcceptWebSocket(
    async (socket, token) =>
    {
        while (await socket.ReceiveMessageAsync(MaxLength, token) is { } message)
            await socket.SendAsync(message.Content, message.Type, endOfMessage: true, token);
    },
    request.Path == "/deflate" ? deflating : options));
PwbServerLimits limits = new() { MaxConnections = 50_000 };
await using PwbServer server = new(handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0), Limits = limits });
await server.StartAsync();
Console.WriteLine(server.EndPoint.Port);
while (await Console.In.ReadLineAsync() is not null)
{
    GC.Collect();
    Console.WriteLine($"{GC.GetTotalMemory(forceFullCollection: true)} {Environment.WorkingSet}");
}

await server.StopAsync();
