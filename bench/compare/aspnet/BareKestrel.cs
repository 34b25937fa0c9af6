using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Pwb.Compare.AspNet;

/// <summary>Kestrel without routing, hosting or middleware: its fastest public interface, short of writing one's own protocol.</summary>
internal sealed class BareKestrel : IHttpApplication<IFeatureCollection>
{
    private static readonly byte[] Hello = "hello PWB"u8.ToArray();

    public static async Task RunAsync(int port)
    {
        KestrelServerOptions options = new() { AllowSynchronousIO = false };
        options.Limits.MaxRequestBodySize = null;
        options.Listen(IPAddress.Loopback, port);
        SocketTransportFactory transport = new(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        using KestrelServer server = new(Options.Create(options), transport, NullLoggerFactory.Instance);
        await server.StartAsync(new BareKestrel(), CancellationToken.None);
        await Task.Delay(Timeout.Infinite);
    }

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        IHttpRequestFeature request = context.GetRequiredFeature<IHttpRequestFeature>();
        IHttpResponseFeature response = context.GetRequiredFeature<IHttpResponseFeature>();
        IHttpResponseBodyFeature body = context.GetRequiredFeature<IHttpResponseBodyFeature>();
        if (request.Path == "/json")
        {
            byte[] json = Json.Render();
            response.Headers.ContentType = "application/json";
            response.Headers.ContentLength = json.Length;
            await body.Writer.WriteAsync(json);
            return;
        }

        if (request.Method == "POST") await request.Body.CopyToAsync(Stream.Null);
        response.Headers.ContentType = "text/plain; charset=utf-8";
        response.Headers.ContentLength = Hello.Length;
        await body.Writer.WriteAsync(Hello);
    }
}
