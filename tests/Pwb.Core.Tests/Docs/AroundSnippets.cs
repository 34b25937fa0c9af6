using System.Net;
using System.Net.Http.Headers;
using Pwb;

namespace Snippets;

/// <summary>The C# of docs/around-handlers.md.</summary>
public sealed class AroundSnippets
{
    private static readonly IRequestHandler Api = RequestHandler.From(request => HttpResponse.Text($"hello {RequestUser.Of(request)}"));

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
