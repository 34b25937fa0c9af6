using Pwb;

namespace Snippets;

/// <summary>The C# of docs/performance.md.</summary>
public sealed class PerformanceSnippets
{
    [Fact]
    public async Task Sockets_are_served_by_epoll_if_asked_to()
    {
        // <epoll>
        var options = new PwbServerOptions { SocketEngine = SocketEngine.Epoll };
        // </epoll>

        await using PwbServer server = new(null, options with { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        using HttpClient client = new();
        (await client.GetStringAsync(new Uri($"http://localhost:{server.EndPoint.Port}/"))).Should().Contain("PWB");
    }
}
