// A site inside one executable: the files of wwwroot are resources of the assembly (see the project file). Try it:
//   dotnet publish samples/StaticSite --use-current-runtime --self-contained -p:PublishSingleFile=true -p:PublishTrimmed=true --output site
//   site/StaticSite
//   curl localhost:8888/
using System.Runtime.InteropServices;
using Pwb;

StaticFileHandler site = new(new EmbeddedSource(typeof(Program).Assembly, "wwwroot/"));

// Ctrl+C and SIGTERM let requests in flight finish; a second one ends the process at once.
TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = stop.TrySetResult());
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = stop.TrySetResult());

await using PwbServer server = new(site, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(args is [string port] ? int.Parse(port) : 8888) });
await server.StartAsync();
Console.WriteLine($"http://localhost:{server.EndPoint.Port}/");
await stop.Task;
await server.StopAsync();
