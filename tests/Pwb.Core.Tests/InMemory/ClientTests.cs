using System.Net;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.InMemory;

/// <summary>The client in memory talks to the real server, and shows what it answers.</summary>
public sealed class ClientTests
{
    private static readonly IRequestHandler Echo = RequestHandler.From(Wire.EchoAsync);

    [Fact]
    public async Task Takes_one_line()
    {
        using HttpClient client = new PwbServer().CreateClient();

        (await client.GetStringAsync("/11")).Should().Be("hello PWB");
    }

    [Fact]
    public async Task Shows_requests_and_responses_as_they_are_on_the_wire()
    {
        var clock = new ManualClock();
        using HttpClient client = new PwbServer(
            RequestHandler.From(
                request =>
                    HttpResponse.Text(
                        $"{request.Host} {request.Path} {Latin1.Text(request.RawQuery)} {request.Headers["X-Test"]} "
                            + $"{request.Connection.RemoteEndPoint}")),
            new PwbServerOptions { TimeProvider = clock }).CreateClient();
        client.DefaultRequestHeaders.Add("X-Test", "1");

        using HttpResponseMessage response = await client.GetAsync("/a%20b?c=d");

        response.Version.Should().Be(HttpVersion.Version11);
        response.Headers.Date.Should().Be(ManualClock.Start);
        response.Headers.Server.ToString().Should().Be("PWB1.0");
        response.Content.Headers.ContentLength.Should().Be(21);
        (await response.Content.ReadAsStringAsync()).Should().Be("localhost /a b c=d 1 ");
    }

    [Theory]
    [InlineData("GET", 200, "12")]
    [InlineData("HEAD", 200, "")]
    [InlineData("POST", 200, "12")]
    [InlineData("OPTIONS", 204, "")]
    [InlineData("TRACE", 405, "405 Method Not Allowed")]
    [InlineData("NOT-ONE", 501, "501 Not Implemented: ")]
    public async Task Any_method_gets_the_answer_of_the_server(string method, int status, string content)
    {
        using HttpClient client = new PwbServer(new FixedResponseHandler(HttpResponse.Text("12"))).CreateClient();

        using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"));

        ((int)response.StatusCode).Should().Be(status);
        (await response.Content.ReadAsStringAsync()).Should().StartWith(content);
    }

    [Fact]
    public async Task The_limits_and_the_failures_of_the_server_are_those_of_its_connections()
    {
        using HttpClient client = new PwbServer(
            RequestHandler.From(_ => throw new InvalidOperationException("secret")),
            new PwbServerOptions { Limits = new() { MaxHeaderSectionLength = 1000 } }).CreateClient();
        using HttpRequestMessage large = new(HttpMethod.Get, "/");
        large.Headers.Add("X-Large", new string('x', 1000));

        (await client.SendAsync(large)).StatusCode.Should().Be(HttpStatusCode.RequestHeaderFieldsTooLarge);
        using HttpResponseMessage failed = await client.GetAsync("/");
        failed.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await failed.Content.ReadAsStringAsync()).Should().NotContain("secret");
    }

    [Fact]
    public async Task Follows_no_redirect_keeps_no_cookie_and_decompresses_nothing()
    {
        using HttpClient client = new PwbServer(RequestHandler.From(request => new HttpResponse(
            302, ResponseBody.From("not gzip"), ("Location", "/b"), ("Set-Cookie", "a=b"), ("Content-Encoding", "gzip"),
            ("X-Cookie", request.Headers["Cookie"] ?? "none")))).CreateClient();

        for (int i = 0; i < 2; i++)
        {
            using HttpResponseMessage response = await client.GetAsync("/a");
            response.StatusCode.Should().Be(HttpStatusCode.Found);
            response.Headers.GetValues("X-Cookie").Should().Equal("none");
            (await response.Content.ReadAsStringAsync()).Should().Be("not gzip");
        }
    }

    [Fact]
    public void A_request_without_await_is_answered_too()
    {
        using HttpClient client = new PwbServer(Echo).CreateClient();
        using HttpRequestMessage request = new(HttpMethod.Post, "/") { Content = new ByteArrayContent(new byte[100_000]) };

        using HttpResponseMessage response = client.Send(request);

        response.Content.ReadAsStream().Length.Should().Be(100_000);
    }

    [Fact]
    public async Task Requests_after_one_another_share_a_connection_and_those_at_once_have_their_own()
    {
        using var all = new Barrier(20);
        var log = new ConnectionCount();
        using HttpClient client = new PwbServer(
            RequestHandler.From(async (request, cancellationToken) =>
            {
                if (request.Path == "/together") await Task.Factory.StartNew(
                    all.SignalAndWait, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                return HttpResponse.Text("ok");
            }),
            loggerFactory: log).CreateClient();

        for (int i = 0; i < 20; i++) (await client.GetStringAsync("/")).Should().Be("ok");
        log.Count.Should().Be(1);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetStringAsync("/together"))).WaitAsync(Wire.SafetyTimeout);
        log.Count.Should().Be(20);
    }

    [Theory]
    [InlineData(true, "asked for")]
    [InlineData(false, "refused")]
    public async Task Content_is_sent_when_the_server_asks_for_it(bool reads, string answer)
    {
        using HttpClient client = new PwbServer(RequestHandler.From(async (request, cancellationToken) =>
        {
            if (reads) await request.Body.CopyToAsync(Stream.Null, cancellationToken);
            return HttpResponse.Text(answer, reads ? 200 : 403);
        })).CreateClient();
        using CountingContent content = new(100_000);
        using HttpRequestMessage request = new(HttpMethod.Post, "/") { Content = content };
        request.Headers.ExpectContinue = true;

        using HttpResponseMessage response = await client.SendAsync(request);

        (await response.Content.ReadAsStringAsync()).Should().Be(answer);
        content.Taken.Should().Be(reads ? 100_000 : 0);
    }

    [Theory]
    [InlineData("1.0", HttpVersionPolicy.RequestVersionExact)]
    [InlineData("1.1", HttpVersionPolicy.RequestVersionExact)]
    [InlineData("1.1", HttpVersionPolicy.RequestVersionOrHigher)]
    [InlineData("2.0", HttpVersionPolicy.RequestVersionOrLower)]
    [InlineData("3.0", HttpVersionPolicy.RequestVersionOrLower)]
    public async Task Speaks_HTTP_1_whatever_higher_version_a_request_would_like(string version, HttpVersionPolicy policy)
    {
        using HttpClient client = new PwbServer(
            RequestHandler.From(request => HttpResponse.Text(request.Version.ToString()))).CreateClient();
        using HttpRequestMessage request = new(HttpMethod.Get, "/") { Version = new Version(version), VersionPolicy = policy };

        using HttpResponseMessage response = await client.SendAsync(request);

        (await response.Content.ReadAsStringAsync()).Should().Be(version == "1.0" ? "1.0" : "1.1");
    }

    [Theory]
    [InlineData("2.0", HttpVersionPolicy.RequestVersionExact)]
    [InlineData("2.0", HttpVersionPolicy.RequestVersionOrHigher)]
    [InlineData("3.0", HttpVersionPolicy.RequestVersionExact)]
    public async Task Says_so_when_a_request_insists_on_a_version_that_there_is_not(string version, HttpVersionPolicy policy)
    {
        using HttpClient client = new PwbServer().CreateClient();
        HttpRequestMessage Request() => new(HttpMethod.Get, "/") { Version = new Version(version), VersionPolicy = policy };

        (await client.Awaiting(asked => asked.SendAsync(Request())).Should().ThrowAsync<HttpRequestException>())
            .Which.HttpRequestError.Should().Be(HttpRequestError.VersionNegotiationError);
        client.Invoking(asked => asked.Send(Request())).Should().Throw<HttpRequestException>().WithMessage(
            $"*speaks HTTP/1.1*HTTP/{version}*");
    }
}
