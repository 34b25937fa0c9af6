using System.Net;

namespace Pwb.Tests.Around;

public sealed class SmallHandlerTests
{
    [Fact]
    public async Task Security_headers_are_added_where_the_handler_has_none_of_its_own()
    {
        IRequestHandler inner = RequestHandler.From(
            _ => HttpResponse.Text("x").With("content-security-policy", "default-src 'none'"));
        SecurityHeadersHandler handler = new(
            inner, new SecurityHeadersOptions { StrictTransportSecurity = "max-age=60", OpenerPolicy = null });
        HttpConnectionInfo tls = new() { IsSecure = true };

        HttpResponse plain = await handler.HandleAsync(new HttpRequest("GET", "/"), CancellationToken.None);
        HttpResponse secure = await handler.HandleAsync(new HttpRequest("GET", "/") { Connection = tls }, CancellationToken.None);

        plain.Headers["Content-Security-Policy"].Should().Be("default-src 'none'");
        plain.Headers["X-Content-Type-Options"].Should().Be("nosniff");
        plain.Headers["Referrer-Policy"].Should().Be("strict-origin-when-cross-origin");
        plain.Headers["Cross-Origin-Opener-Policy"].Should().BeNull();
        plain.Headers["Strict-Transport-Security"].Should().BeNull();
        secure.Headers["Strict-Transport-Security"].Should().Be("max-age=60");
        FluentActions.Invoking(() => new SecurityHeadersHandler(inner, new SecurityHeadersOptions { ReferrerPolicy = "a\n" }))
            .Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(false, "abc", false)]
    [InlineData(true, "abc", true)]
    [InlineData(true, "a b", false)]
    [InlineData(true, "<script>", false)]
    public async Task A_request_has_one_id_inside_and_outside(bool takesClients, string sent, bool isTaken)
    {
        IRequestHandler inner = RequestHandler.From(request => HttpResponse.Text(RequestIdHandler.Of(request)!));
        using HttpClient client = new PwbServer(new RequestIdHandler(inner, takesClients)).CreateClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Request-Id", sent);

        using HttpResponseMessage response = await client.GetAsync("/");
        string id = await response.Content.ReadAsStringAsync();

        response.Headers.GetValues("X-Request-Id").Should().Equal(id);
        if (isTaken) id.Should().Be(sent);
        else id.Should().MatchRegex("^[0-9a-f]{32}$");
    }

    [Theory]
    [InlineData("/healthz", true, 200)]
    [InlineData("/readyz", true, 200)]
    [InlineData("/readyz", false, 503)]
    [InlineData("/readyz", null, 503)]
    [InlineData("/else", false, 404)]
    public async Task A_supervisor_learns_whether_the_server_is_ready(string path, bool? isReady, int statusCode)
    {
        HealthHandler handler = new(
            RequestHandler.From(_ => HttpResponse.NotFound()),
            _ => isReady is { } ready ? new ValueTask<bool>(ready) : throw new InvalidOperationException());
        using HttpClient client = new PwbServer(handler).CreateClient();

        using HttpResponseMessage response = await client.GetAsync(path);

        ((int)response.StatusCode).Should().Be(statusCode);
    }

    [Fact]
    public async Task A_server_that_stops_is_alive_and_not_ready()
    {
        HealthHandler handler = new(new FixedResponseHandler());
        CancellationToken stopping = new(canceled: true);

        HttpResponse ready = await handler.HandleAsync(
            new HttpRequest("GET", "/readyz") { Stopping = stopping }, CancellationToken.None);
        HttpResponse alive = await handler.HandleAsync(
            new HttpRequest("GET", "/healthz") { Stopping = stopping }, CancellationToken.None);
        HttpResponse posted = await handler.HandleAsync(new HttpRequest("POST", "/readyz"), CancellationToken.None);

        ready.StatusCode.Should().Be(503);
        ready.Headers["Cache-Control"].Should().Be("no-store");
        alive.StatusCode.Should().Be(200);
        posted.StatusCode.Should().Be(405);
    }

    [Fact]
    public async Task A_client_in_memory_throws_what_the_handler_threw_if_it_is_told_to()
    {
        PwbServer server = new(
            RequestHandler.From(request => request.Path == "/ok" ? HttpResponse.Text("ok") : throw new FormatException("mine")));
        using HttpClient throwing = server.CreateClient(throwsHandlerExceptions: true);
        using HttpClient plain = server.CreateClient();

        (await throwing.Invoking(client => client.GetAsync("/")).Should().ThrowAsync<FormatException>()).WithMessage("mine");
        throwing.Invoking(client => client.Send(new HttpRequestMessage(HttpMethod.Get, "/"))).Should().Throw<FormatException>();
        (await throwing.GetStringAsync("/ok")).Should().Be("ok");
        using HttpResponseMessage response = await plain.GetAsync("/");
        response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        response.Headers.Should().NotContain(field => field.Key.StartsWith("Pwb", StringComparison.OrdinalIgnoreCase));
    }
}
