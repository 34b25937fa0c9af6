namespace Pwb.Tests.Around;

public sealed class CorsTests
{
    private const string App = "https://app.example";

    private static readonly IRequestHandler Inner = RequestHandler.From(_ => HttpResponse.Text("x"));

    [Theory]
    [InlineData(App, "PUT", "content-type, X-One", 204)]
    [InlineData(App, "POST", null, 204)]
    [InlineData(App, "put", null, 403)]
    [InlineData(App, "DELETE", null, 403)]
    [InlineData(App, "PUT", "X-Two", 403)]
    [InlineData(App, "PUT", "Authorization", 403)]
    [InlineData("https://evil.example", "GET", null, 403)]
    [InlineData("https://app.example:8443", "GET", null, 403)]
    [InlineData("http://app.example", "GET", null, 403)]
    [InlineData("https://app.example.evil", "GET", null, 403)]
    [InlineData("null", "GET", null, 403)]
    public async Task A_browser_is_told_what_a_page_may_do(string origin, string method, string? fields, int statusCode)
    {
        CorsOptions options = new()
        {
            Origins = [App],
            Methods = ["PUT"],
            RequestHeaders = ["Content-Type", "X-One"],
            AllowCredentials = true,
        };

        HttpResponse response = await Ask(options, origin, method, fields);

        response.StatusCode.Should().Be(statusCode);
        response.Headers["Vary"].Should().Be("Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
        response.Headers["Access-Control-Allow-Origin"].Should().Be(statusCode == 204 ? App : null);
        if (statusCode != 204) return;
        response.Headers["Access-Control-Allow-Credentials"].Should().Be("true");
        response.Headers["Access-Control-Allow-Methods"].Should().Be("PUT");
        response.Headers["Access-Control-Allow-Headers"].Should().Be("Content-Type, X-One");
        response.Headers["Access-Control-Max-Age"].Should().Be("600");
    }

    [Theory]
    [InlineData(App, App)]
    [InlineData("https://evil.example", null)]
    [InlineData(null, null)]
    public async Task Responses_vary_for_everybody_and_only_the_listed_may_read_them(string? origin, string? allowed)
    {
        using HttpClient client = new PwbServer(
            new CorsHandler(new CorsOptions { Origins = [App], ExposedHeaders = ["ETag"] }, Inner)).CreateClient();
        if (origin is not null) client.DefaultRequestHeaders.Add("Origin", origin);

        using HttpResponseMessage response = await client.GetAsync("/");

        response.Headers.Vary.Should().Equal("Origin");
        response.Headers.Contains("Access-Control-Allow-Origin").Should().Be(allowed is not null);
        response.Headers.Contains("Access-Control-Expose-Headers").Should().Be(allowed is not null);
        (await response.Content.ReadAsStringAsync()).Should().Be("x");
    }

    [Fact]
    public async Task A_star_is_the_same_for_everybody_and_does_not_cover_Authorization()
    {
        CorsOptions options = new() { Origins = ["*"], RequestHeaders = ["*"], Methods = ["*"] };
        HttpResponse response = await new CorsHandler(
            options, Inner).HandleAsync(new HttpRequest("GET", "/"), CancellationToken.None);

        response.Headers["Access-Control-Allow-Origin"].Should().Be("*");
        response.Headers["Vary"].Should().BeNull();
        (await Ask(options, "null", "DELETE", "X-Any")).StatusCode.Should().Be(204);
        (await Ask(options, "null", "DELETE", "x-any, authorization")).StatusCode.Should().Be(403);
    }

    [Fact]
    public async Task A_refusal_of_content_can_be_read_by_the_page_as_well()
    {
        IRequestHandler json = RequestHandler.From(async request => HttpResponse.Bytes(await ReadAsync(request)));
        CorsHandler handler = new(new CorsOptions { Origins = [App] }, json);

        HttpResponse response = await handler.HandleAsync(
            new HttpRequest("POST", "/", null, ("Origin", App)), CancellationToken.None);

        response.StatusCode.Should().Be(415);
        response.Headers["Access-Control-Allow-Origin"].Should().Be(App);
    }

    [Fact]
    public async Task OPTIONS_that_is_no_question_of_a_browser_is_the_inner_handlers()
    {
        HttpRequest request = new("OPTIONS", "/", null, ("Origin", App));

        HttpResponse response = await new CorsHandler(
            new CorsOptions { Origins = [App] }, Inner).HandleAsync(request, CancellationToken.None);

        response.StatusCode.Should().Be(200);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("https://app.example/")]
    [InlineData("https://APP.example")]
    [InlineData("https://app.example:443")]
    [InlineData("https://ann@app.example")]
    [InlineData("app.example")]
    [InlineData("https://*.example")]
    [InlineData("")]
    public void What_no_browser_sends_is_no_origin(string origin) => Making(new CorsOptions { Origins = [origin] });

    [Fact]
    public void What_would_be_misread_cannot_be_made()
    {
        Making(new CorsOptions { Origins = ["*"], AllowCredentials = true });
        Making(new CorsOptions { Origins = ["*", App] });
        Making(new CorsOptions { Origins = [App], RequestHeaders = ["*"], AllowCredentials = true });
        Making(new CorsOptions { Origins = [App], Methods = ["GET, PUT"] });
        Making(new CorsOptions { Origins = [App], MaxAge = TimeSpan.FromSeconds(-1) });
    }

    private static void Making(CorsOptions options) =>
        FluentActions.Invoking(() => new CorsHandler(options, Inner))
            .Should().Throw<ArgumentException>().WithParameterName(nameof(options));

    private static async ValueTask<byte[]> ReadAsync(HttpRequest request)
    {
        await request.ReadJsonAsync(Model.HttpRequestReadingTests.Types.Default.Order);
        return [];
    }

    private static ValueTask<HttpResponse> Ask(CorsOptions options, string origin, string method, string? fields)
    {
        List<(string, string)> lines = [("Origin", origin), ("Access-Control-Request-Method", method)];
        if (fields is not null) lines.Add(("Access-Control-Request-Headers", fields));
        return new CorsHandler(
            options, Inner).HandleAsync(new HttpRequest("OPTIONS", "/", null, [.. lines]), CancellationToken.None);
    }
}
