// A server in a few lines. Try it:
//   dotnet run --project samples/Hello
//   curl localhost:8888/you
using Pwb;

IRequestHandler handler = RequestHandler.From(request => HttpResponse.Text($"Hello {request.Path[1..]}!\n"));

await using PwbServer server = new(
    handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(args is [string port] ? int.Parse(port) : 8888) });
await server.StartAsync();
Console.WriteLine($"http://localhost:{server.EndPoint.Port}/");
await server.RunUntilStoppedAsync(); // until Ctrl+C or SIGTERM
