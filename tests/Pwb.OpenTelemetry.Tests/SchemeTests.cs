using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Pwb.OpenTelemetry.Tests.Support;

namespace Pwb.OpenTelemetry.Tests;

public sealed class SchemeTests
{
    [Fact]
    public async Task Over_TLS_spans_and_metrics_say_https()
    {
        using Observer observer = new();
        TaskCompletionSource isHandling = new(), mayAnswer = new();
        ServerCertificate certificate = ServerCertificate.SelfSigned();
        PwbServerOptions options = new() { EndPoints = ServerEndPoint.Loopback(0, new TlsOptions(certificate)) };
        await using PwbServer server = await TestServer.StartAsync(RequestHandler.From(async (request, _) =>
        {
            isHandling.SetResult();
            await mayAnswer.Task;
            return HttpResponse.Text(request.Scheme);
        }), options);
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { certificate.Current },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        using SocketsHttpHandler trusting = new() { SslOptions = { CertificateChainPolicy = policy } };
        using HttpClient client = new(trusting);
        Task<string> answer = client.GetStringAsync(new Uri($"https://localhost:{server.EndPoint.Port}/"));
        await isHandling.Task;

        observer.Collect("http.server.active_requests").Where(point => point.Value == 1).Should().ContainSingle()
            .Which.Attributes["url.scheme"].Should().Be("https");
        mayAnswer.SetResult();

        (await answer).Should().Be("https");
        Activity span = await observer.SpanAsync();
        span.Attributes()["url.scheme"].Should().Be("https");
        observer.Collect("http.server.request.duration").Should().ContainSingle()
            .Which.Attributes["url.scheme"].Should().Be("https");
    }
}
