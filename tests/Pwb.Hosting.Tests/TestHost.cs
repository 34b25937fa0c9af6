using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Pwb.Hosting.Tests;

/// <summary>Hosts whose configuration is what a test says, and nothing of the machine.</summary>
internal static class TestHost
{
    /// <summary>A builder with these keys, and a server at a free port unless they say otherwise.</summary>
    public static HostApplicationBuilder Builder(params (string Key, string? Value)[] settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)));
        builder.Services.AddSingleton(RequestHandler.From(request => HttpResponse.Text($"hosted {request.Path}\n")));
        return builder;
    }

    public static PwbServerOptions FreePort(IServiceProvider _) => new() { EndPoints = ServerEndPoint.Loopback(0) };

    public static PwbServer Server(this IHost host) => host.Services.GetRequiredService<PwbServer>();

    public static HttpClient Client(this PwbServer server) => new() { BaseAddress = new Uri(server.Urls[0]) };
}
