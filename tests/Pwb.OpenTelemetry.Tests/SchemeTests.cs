using System.Diagnostics;
using Pwb.OpenTelemetry.Tests.Support;

namespace Pwb.OpenTelemetry.Tests;

public sealed class SchemeTests
{
    [Fact]
    public async Task Over_TLS_spans_and_metrics_say_https()
    {
        using Observer observer = new();
        TaskCompletionSource isHandling = new(), mayAnswer = new();
        PwbServerOptions options = new() { Tls = new TlsOptions(ServerCertificate.SelfSigned()) };
        await using PwbServer server = await TestServer.StartAsync(RequestHandler.From(async (request, _) =>
        {
            isHandling.SetResult();
            await mayAnswer.Task;
            return HttpResponse.Text(request.Scheme);
        }), options);
        using HttpClientHandler trusting = new() { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        using HttpClient client = new(trusting);
        Task<string> answer = client.GetStringAsync(new Uri($"https://localhost:{server.EndPoint.Port}/"));
        await isHandling.Task;

        observer.Collect("http.server.active_requests").Where(point => point.Value == 1).Should().ContainSingle().Which.Attributes["url.scheme"].Should().Be("https");
        mayAnswer.SetResult();

        (await answer).Should().Be("https");
        Activity span = await observer.SpanAsync();
        span.Attributes()["url.scheme"].Should().Be("https");
        observer.Collect("http.server.request.duration").Should().ContainSingle().Which.Attributes["url.scheme"].Should().Be("https");
    }
}
