using System.Net;

namespace Pwb.Tests.Docs;

#pragma warning disable IDE0040, IDE0060, CA1822, CA1861, CA2000, CA2007, CS8321, IDE0059, IDE0039
#pragma warning disable S1481, MA0002, MA0004, MA0040, MA0042, VSTHRD103, VSTHRD200

/// <content>Servers, routes, files, certificates and measurements.</content>
internal static partial class Examples
{
    public static async Task Servers(IRequestHandler handler, TlsOptions tls, Stream stream, MeterProviderBuilder metrics)
    {
        await UseAsync(async () =>
        {
            await using PwbServer server = new(handler);
            await server.RunUntilStoppedAsync();
        });
        await UseAsync(async () =>
        {
            await using PwbServer server = new(new FixedResponseHandler(HttpResponse.Text("closed for today\n", 503)));
        });
        await UseAsync(async () => { await using PwbServer server = new(new StaticFileHandler("wwwroot")); });
        Use(() => { IRequestHandler handler = RequestHandler.From(request => HttpResponse.Text($"hello {request.Path}\n")); });
        Use(() =>
        {
            Router router = new([
                new("GET /orders/{id:int}", (request, route) => HttpResponse.Text($"order {route.GetInt32("id")}")),
                new("POST /orders", (request, route, token) => AddAsync(request, token)),
                Router.Mount("/assets", new StaticFileHandler("wwwroot")),
            ]);
        });
        Use(() =>
        {
            Route route = new("GET /orders/{id:int}", (request, route) => HttpResponse.Text($"order {route.GetInt32("id")}\n"));
        });
        Use(() => { Route file = new("GET /files/{path...}", (request, route) => HttpResponse.Text(route["path"])); });
        Use(() => { PwbServerOptions options = new() { Limits = new PwbServerLimits { MaxContentLength = 1_000_000 } }; });
        Use(() =>
        {
            PwbServerOptions options =
                new() { EndPoints = ServerEndPoint.Loopback(8080), AccessLogFormat = AccessLogFormat.Json };
        });
        Use(() => { var options = new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(8080) }; });
        Use(() =>
        {
            PwbServerOptions options = new() { EndPoints = [.. ServerEndPoint.Any(8080), .. ServerEndPoint.Any(8443, tls)] };
        });
        Use(() => { PwbServerOptions options = new() { EndPoints = [ServerEndPoint.Unix("/run/app/http.sock")] }; });
        Use(() => { PwbServerOptions options = new() { EndPoints = [ServerEndPoint.NamedPipe("my-app")] }; });
        Use(() =>
        {
            ServerEndPoint endPoint =
                new(IPEndPoint.Parse("10.0.0.2:8080")) { ProxyProtocolFrom = [IPNetwork.Parse("10.0.0.1/32")] };
        });
        Use(() => { PwbServerOptions options = new() { EndPoints = ServerEndPoint.Activated() }; });
        Use(() =>
        {
            string place = Environment.GetEnvironmentVariable("MY_APP_LISTEN") ?? "localhost:8080";
            PwbServerOptions options = new() { EndPoints = ServerEndPoint.Parse(place) };
        });
        Use(() => { PwbServerOptions options = new() { SocketEngine = SocketEngine.Epoll }; });
        Use(() =>
        {
            ServerCertificate certificate = ServerCertificate.FromPem("fullchain.pem", "privkey.pem");
            PwbServerOptions options = new() { EndPoints = ServerEndPoint.Any(443, new TlsOptions(certificate)) };
        });
        Use(() =>
        {
            TlsOptions tls = new(ServerCertificate.SelfSigned()) { ClientCertificates = ClientCertificateMode.Require };
        });
        Use(() =>
        {
            AcceptedConnection connection = new(stream) { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 50123) };
        });
        Use(() =>
        {
            metrics.AddMeter(PwbTelemetry.MeterName); // OpenTelemetry's MeterProviderBuilder
        });
    }

    public static void Files(byte[] page, DateTimeOffset time)
    {
        Use(() =>
        {
            StaticFileOptions options = new() { CleanUrls = true, CacheControl = [("/assets/*", "max-age=31536000, immutable")] };
        });
        Use(() => { StaticFileHandler handler = new(new FolderSource("wwwroot")); });
        Use(() => { StaticFileHandler handler = new(new EmbeddedSource(typeof(Program).Assembly, "wwwroot/")); });
        Use(() => { ContentInfo file = new("index.html", IsDirectory: false, page.Length, time); });
    }

    internal sealed class MeterProviderBuilder
    {
        public MeterProviderBuilder AddMeter(params string[] names) => names.Length > 0 ? this : new MeterProviderBuilder();
    }
}
