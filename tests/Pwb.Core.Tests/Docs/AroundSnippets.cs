using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Pwb;

namespace Snippets;

/// <summary>The C# of docs/around-handlers.md.</summary>
public sealed class AroundSnippets
{
    private static readonly IRequestHandler Api = RequestHandler.From(
        request => HttpResponse.Text($"hello {RequestUser.Of(request)}"));

    [Fact]
    public async Task The_order_is_that_of_the_page()
    {
        IRequestHandler api = Api;
        string password = "s3cret";
        // <around-all>
        IRequestHandler handler = new RequestIdHandler(
            new SecurityHeadersHandler(
                new HealthHandler(
                    new CorsHandler(new CorsOptions { Origins = ["https://app.example"], RequestHeaders = ["Authorization"] },
                        new BasicAuthenticationHandler("PWB", "ann", password, api)))));
        // </around-all>
        using HttpClient client = new PwbServer(handler).CreateClient();

        using HttpResponseMessage healthy = await client.GetAsync("/healthz");
        using HttpResponseMessage unknown = await client.GetAsync("/");

        healthy.StatusCode.Should().Be(HttpStatusCode.OK);
        unknown.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        unknown.Headers.Vary.Should().Equal("Origin");
        unknown.Headers.Contains("X-Request-Id").Should().BeTrue();
    }

    [Fact]
    public async Task A_user_is_found_by_a_function()
    {
        IRequestHandler api = Api;
        Dictionary<string, string> users = new() { ["t0ken"] = "ann" };
        // <bearer>
        IRequestHandler handler = new BearerAuthenticationHandler("api", (token, cancellationToken) =>
            new ValueTask<string?>(users.GetValueOrDefault(token)), api);
        // </bearer>
        using HttpClient client = new PwbServer(handler).CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "t0ken");

        (await client.GetStringAsync("/")).Should().Be("hello ann");
    }

    [Fact]
    public async Task Compression_and_proxies_go_around_a_handler()
    {
        IRequestHandler api = RequestHandler.From(request => HttpResponse.Text(new string('x', 2000)));
        // <compression>
        IRequestHandler compressed = new CompressionHandler(api);
        // </compression>
        // <forwarded>
        IRequestHandler handler = new ForwardedHandler([IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")],
            RequestHandler.From(
                request =>
                    HttpResponse.Text($"{ForwardedRequest.Of(request).Client} by {ForwardedRequest.Of(request).Scheme}\n")));
        // </forwarded>
        IRequestHandler files = api;
        // <proxy>
        IRequestHandler site = new ProxyHandler("/api", new Uri("http://localhost:5000"), next: files);
        // </proxy>
        (await site.HandleAsync(new HttpRequest("GET", "/"), CancellationToken.None)).StatusCode.Should().Be(200);
        bool isDevelopment = false;
        // <exception-page>
        IRequestHandler shown = new ExceptionPageHandler(api, isOn: isDevelopment);
        // </exception-page>
        var connection = new HttpConnectionInfo { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 1) };
        var zipped = new HttpRequest("GET", "/", null, ("Accept-Encoding", "gzip"));
        var request = new HttpRequest(
            "GET", "/", null, ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"))
        { Connection = connection };

        (await compressed.HandleAsync(zipped, CancellationToken.None)).Headers["Content-Encoding"].Should().Be("gzip");
        HttpResponse response = await handler.HandleAsync(request, CancellationToken.None);
        response.Body.TryGetMemory(out ReadOnlyMemory<byte> text).Should().BeTrue();
        Encoding.UTF8.GetString(text.Span).Should().Be("203.0.113.9 by https\n");
        (await shown.HandleAsync(request, CancellationToken.None)).StatusCode.Should().Be(200);
    }

    // <throwing-client>
    [Fact]
    public async Task The_test_sees_what_the_handler_threw()
    {
        IRequestHandler handler = RequestHandler.From(_ => throw new FormatException("no number"));
        using HttpClient client = new PwbServer(handler).CreateClient(throwsHandlerExceptions: true);

        await Assert.ThrowsAsync<FormatException>(() => client.GetAsync("/"));
    }
    // </throwing-client>
}
