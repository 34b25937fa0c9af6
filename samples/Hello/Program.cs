// A server in a few lines. Try it:
//   dotnet run --project samples/Hello
//   curl localhost:8888/you
using System.Runtime.InteropServices;
using Pwb;

IRequestHandler handler = RequestHandler.From(request => HttpResponse.Text($"Hello {request.Path[1..]}!\n"));

// Ctrl+C and SIGTERM let requests in flight finish; a second one ends the process at once.
TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = stop.TrySetResult());
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = stop.TrySetResult());

await using PwbServer server = new(handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(args is [string port] ? int.Parse(port) : 8888) });
await server.StartAsync();
Console.WriteLine($"http://localhost:{server.EndPoint.Port}/");
await stop.Task;
await server.StopAsync();
