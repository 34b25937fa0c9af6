// A server in a generic host, beside its other services: it logs where they log, starts and stops with them. Try it:
//   dotnet run --project samples/Hosting
//   curl localhost:8888/
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pwb;

HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Services.AddSingleton(new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(args is [string port] ? int.Parse(port) : 8888) });
builder.Services.AddSingleton(RequestHandler.From(_ => HttpResponse.Text("Hello from a hosted service\n")));
builder.Services.AddHostedService<WebServer>();
await builder.Build().RunAsync(); // until Ctrl+C or SIGTERM

internal sealed class WebServer(IRequestHandler handler, PwbServerOptions options, ILoggerFactory loggerFactory) : IHostedService, IAsyncDisposable
{
    private readonly PwbServer _server = new(handler, options, loggerFactory);

    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(cancellationToken);

    // The host cancels the token when its ShutdownTimeout is over; what is in flight until then may finish.
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
