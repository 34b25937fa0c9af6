// A site inside one executable: the files of wwwroot are resources of the assembly (see the project file). Try it:
// dotnet publish samples/StaticSite --use-current-runtime --self-contained \
//     -p:PublishSingleFile=true -p:PublishTrimmed=true --output site
//   site/StaticSite
//   curl localhost:8888/
using Pwb;

StaticFileHandler site = new(new EmbeddedSource(typeof(Program).Assembly, "wwwroot/"));

await using PwbServer server = new(
    site, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(args is [string port] ? int.Parse(port) : 8888) });
await server.StartAsync();
Console.WriteLine($"http://localhost:{server.EndPoint.Port}/");
await server.RunUntilStoppedAsync(); // until Ctrl+C or SIGTERM
