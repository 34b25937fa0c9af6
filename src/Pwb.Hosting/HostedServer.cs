using Microsoft.Extensions.Hosting;

namespace Pwb.Hosting;

/// <summary>A server that lives as long as its host. The services own it, and dispose of it.</summary>
internal sealed class HostedServer(PwbServer server) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => server.StartAsync(cancellationToken);

    // The host cancels the token when its ShutdownTimeout is over. Until then, requests in flight may finish.
    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);
}
