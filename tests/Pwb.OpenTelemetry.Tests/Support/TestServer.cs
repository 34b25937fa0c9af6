using Microsoft.Extensions.Logging;

namespace Pwb.OpenTelemetry.Tests.Support;

/// <summary>Servers on a free port of this machine.</summary>
internal static class TestServer
{
    public const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    public const string GetAndClose = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    public static Task<PwbServer> StartAsync(Func<HttpRequest, HttpResponse> handler) => StartAsync(RequestHandler.From(handler));

    public static async Task<PwbServer> StartAsync(
        IRequestHandler handler, PwbServerOptions? options = null, ILoggerFactory? log = null)
    {
        PwbServer server = new(
            handler, (options ?? new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) }) with { AllowedHosts = ["*"] },
            log);
        await server.StartAsync();
        return server;
    }

    /// <summary>A span's attributes, by name.</summary>
    public static Dictionary<string, object?> Attributes(this System.Diagnostics.Activity span) =>
        span.TagObjects.ToDictionary(StringComparer.Ordinal);
}
