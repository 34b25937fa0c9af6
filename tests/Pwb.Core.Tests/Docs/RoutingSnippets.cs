using Pwb;
using Pwb.Tests.Routing;

namespace Snippets;

/// <summary>The C# of docs/routing.md.</summary>
public sealed class RoutingSnippets
{
    [Theory]
    [InlineData("GET", "/", "Hello!\n")]
    [InlineData("GET", "/orders/7", "order 7\n")]
    [InlineData("POST", "/orders", "ORDER")]
    [InlineData("GET", "/assets/site.css", "body {}")]
    [InlineData("PUT", "/orders/7", "405 GET, HEAD, OPTIONS")]
    [InlineData("GET", "/orders/seven", "404")]
    public async Task Routes(string method, string target, string expected)
    {
        DirectoryInfo wwwroot = Directory.CreateTempSubdirectory();
        await File.WriteAllTextAsync(Path.Combine(wwwroot.FullName, "site.css"), "body {}");

        // <router>
        Router router = new([
            new("GET /", _ => HttpResponse.Text("Hello!\n")),
            new("GET /orders/{id:int}", (_, route) => HttpResponse.Text($"order {route.GetInt32("id")}\n")),
            new("POST /orders", async (request, _, cancellationToken) =>
            {
                string order = await request.ReadTextAsync(cancellationToken: cancellationToken);
                return HttpResponse.Text(order.ToUpperInvariant(), 201);
            }),
            Router.Mount("/assets", new StaticFileHandler(wwwroot.FullName)),
        ]);
        await using PwbServer server = new(router);
        // </router>

        using HttpClient client = server.CreateClient();
        using HttpRequestMessage request = new(new HttpMethod(method), target);
        if (method == "POST") request.Content = new StringContent("order");
        using HttpResponseMessage response = await client.SendAsync(request);
        string answer = response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync()
            : $"{(int)response.StatusCode} {string.Join(", ", response.Content.Headers.Allow)}".Trim();
        answer.Should().Be(expected);
        wwwroot.Delete(recursive: true);
    }

    [Theory]
    [InlineData("/api/v1/orders/7", "order 7 at /api/v1/orders/7")]
    [InlineData("/orders/7", "404")]
    public async Task Mounts(string target, string expected)
    {
        // <mount>
        Router orders = new([
            new("GET /orders/{id}", (request, route) => HttpResponse.Text($"order {route["id"]} at {request.Path}")),
        ]);
        Router site = new([
            Router.Mount("/api/v1", orders),
        ]);
        // </mount>

        (await RouterTests.AskAsync(site, "GET", target)).Should().Be(expected);
    }

    [Fact]
    public async Task A_route_of_a_test_is_asked_without_a_connection()
    {
        Router router = new([new("GET /orders/{id:int}", (_, route) => HttpResponse.Text($"order {route.GetInt32("id")}\n"))]);

        // <router-test>
        HttpResponse response = await router.HandleAsync(new HttpRequest("DELETE", "/orders/7"), CancellationToken.None);
        response.StatusCode.Should().Be(405);
        response.Headers["Allow"].Should().Be("GET, HEAD, OPTIONS");
        // </router-test>
    }
}
