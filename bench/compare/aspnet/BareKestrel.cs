using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Pwb.Compare.AspNet;

/// <summary>
/// Kestrel without routing, hosting or middleware: its fastest public interface, short of writing one's own protocol.
/// </summary>
internal sealed class BareKestrel : IHttpApplication<IFeatureCollection>
{
    private static readonly byte[] Hello = "hello PWB"u8.ToArray();

    /// <param name="port">Where to listen.</param>
    /// <param name="certificate">A certificate with its key in PEM form, for TLS.</param>
    public static async Task RunAsync(int port, string? certificate)
    {
        KestrelServerOptions options = new() { AllowSynchronousIO = false };
        options.Limits.MaxRequestBodySize = null;
        if (certificate is not null) options.ApplicationServices = ServicesForTls();
        options.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (certificate is not null) listen.UseHttps(
                new HttpsConnectionAdapterOptions { ServerCertificate = X509Certificate2.CreateFromPemFile(certificate) });
        });
        SocketTransportFactory transport = new(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        using KestrelServer server = new(Options.Create(options), transport, NullLoggerFactory.Instance);
        await server.StartAsync(new BareKestrel(), CancellationToken.None);
        await Task.Delay(Timeout.Infinite);
    }

    // Its TLS wants metrics and a log, which only its own registration makes.
    private static ServiceProvider ServicesForTls()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        return builder.Services.BuildServiceProvider();
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
