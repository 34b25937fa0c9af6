using Pwb.Handlers;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.StaticFiles;

namespace Pwb.Tests.Routing;

public sealed class RouterTests
{
    /// <summary>A router whose handlers answer with their patterns.</summary>
    internal static Router Of(params string[] patterns) => new(patterns.Select(Naming));

    private static Route Naming(string pattern) => new(pattern, _ => HttpResponse.Text(pattern));

    [Theory]
    [InlineData("GET", "/", "GET /")]
    [InlineData("GET", "/orders", "GET /orders")]
    [InlineData("HEAD", "/orders", "GET /orders")]
    [InlineData("POST", "/orders", "POST /orders")]
    [InlineData("GET", "/orders/", "404")]
    [InlineData("GET", "/orders/7", "GET /orders/{id:int}")]
    [InlineData("GET", "/orders/-7", "GET /orders/{id:int}")]
    [InlineData("GET", "/orders/%37", "GET /orders/{id:int}")]
    [InlineData("GET", "/orders/+7", "GET /orders/{name}")]
    [InlineData("GET", "/orders/2147483648", "GET /orders/{name}")]
    [InlineData("GET", "/orders/new", "GET /orders/new")]
    [InlineData("GET", "/orders/n%65w", "GET /orders/new")]
    [InlineData("GET", "/orders/./x/../new", "GET /orders/new")]
    [InlineData("GET", "/orders/New", "GET /orders/{name}")]
    [InlineData("GET", "/orders//", "404")]
    [InlineData("HEAD", "/orders/new", "HEAD /orders/new")]
    [InlineData("DELETE", "/orders/new", "405 GET, HEAD, OPTIONS")]
    [InlineData("PUT", "/orders/7", "405 DELETE, GET, HEAD, OPTIONS")]
    [InlineData("DELETE", "/orders/7", "DELETE /orders/{id:long}")]
    [InlineData("OPTIONS", "/orders/7", "204 DELETE, GET, HEAD, OPTIONS")]
    [InlineData("PUT", "/orders", "405 GET, HEAD, OPTIONS, POST")]
    [InlineData("OPTIONS", "/nothing", "404")]
    [InlineData("PUT", "/nothing", "404")]
    [InlineData("GET", "/any", "/any")]
    [InlineData("OPTIONS", "/any", "/any")]
    [InlineData("PROPFIND", "/any", "/any")]
    [InlineData("GET", "/files/", "/files/{path...}")]
    [InlineData("GET", "/files/a/b/", "/files/{path...}")]
    [InlineData("GET", "/files", "404")]
    [InlineData("GET", "/files/a%2Fb", "/files/{path...}")]
    [InlineData("GET", "/gr%C3%BC%C3%9Fe", "GET /grüße")]
    [InlineData("GET", "/0f8fad5b-d9cb-469f-a165-70867728950e/x", "GET /{id:guid}/x")]
    [InlineData("GET", "/0f8fad5bd9cb469fa16570867728950e/x", "404")]
    [InlineData("GET", "/a%2Fb", "404")]
    [InlineData("GET", "/a/b", "GET /a/b")]
    [InlineData("OPTIONS", "*", "404")]
    public async Task Finds_the_most_specific_pattern_whatever_their_order(string method, string target, string expected)
    {
        string[] patterns =
        [
            "GET /", "GET /orders", "POST /orders", "GET /orders/{name}", "GET /orders/{id:int}", "DELETE /orders/{id:long}",
            "GET /orders/new",
            "HEAD /orders/new", "/any", "/files/{path...}", "GET /grüße", "GET /{id:guid}/x", "GET /a/b",
        ];
        foreach (string[] order in (string[][])[patterns, [.. patterns.Reverse()], [.. patterns.Order(StringComparer.Ordinal)]])
            (await AskAsync(Of(order), method, target)).Should().Be(expected);
    }

    [Theory]
    [InlineData("/x/a%20b/c/d", "a b", "c/d")]
    [InlineData("/x/a%2Fb/c%2Fd/e", "a/b", "c%2Fd/e")]
    [InlineData("/x/%25%32%46/", "%2F", "")]
    [InlineData("/x/%E4%BD%A0/%E5%A5%BD", "你", "好")]
    [InlineData("/x/a+b/c//d/", "a+b", "c//d/")]
    [InlineData("/y/../x/%61/./b", "a", "b")]
    public async Task Values_are_decoded_once_and_an_escaped_slash_separates_nothing(string target, string one, string rest)
    {
        (string, string, string)? seen = null;
        Router router = new([new("GET /x/{one}/{rest...}", (_, route) =>
        {
            seen = (route["one"], route["rest"], Latin1.Text(route.GetRaw("one")));
            return HttpResponse.Text(route.Template);
        })]);

        (await AskAsync(router, "GET", target)).Should().Be("/x/{one}/{rest...}");
        seen!.Value.Item1.Should().Be(one);
        seen.Value.Item2.Should().Be(rest);
        Uri.UnescapeDataString(seen.Value.Item3).Should().Be(one);
    }

    [Fact]
    public async Task Typed_values_are_what_the_pattern_declares()
    {
        Guid id = Guid.NewGuid();
        Router router = new([new("/{a:int}/{b:long}/{c:guid}/{d}", (_, route) =>
        {
            route.GetInt32("a").Should().Be(-5);
            route.GetInt64("a").Should().Be(-5);
            route.GetInt64("b").Should().Be(long.MaxValue);
            route.GetGuid("c").Should().Be(id);
            ((Action)(() => route.GetInt32("b")))
                .Should().Throw<ArgumentException>().WithMessage("*{b:int}*").WithParameterName("name");
            ((Action)(() => route.GetGuid("d"))).Should().Throw<ArgumentException>().WithMessage("*{d:guid}*");
            ((Action)(() => route["e"].ToString())).Should().Throw<ArgumentException>().WithMessage(
                "*'/{a:int}/{b:long}/{c:guid}/{d}' has no parameter called e*");
            return HttpResponse.Text("ok");
        })]);

        (await AskAsync(router, "GET", $"/-5/{long.MaxValue}/{id}/x")).Should().Be("ok");
    }

    [Fact]
    public async Task What_no_path_matches_goes_to_the_next_handler_and_a_wrong_method_does_not()
    {
        Router router = new([Naming("GET /a")], RequestHandler.From(_ => HttpResponse.Text("next")));

        (await AskAsync(router, "GET", "/b")).Should().Be("next");
        (await AskAsync(router, "OPTIONS", "/b")).Should().Be("next");
        (await AskAsync(router, "PUT", "/a")).Should().Be("405 GET, HEAD, OPTIONS");
    }

    [Fact]
    public async Task Functions_of_every_kind_answer()
    {
        Router router = new([
            new("/one", request => HttpResponse.Text(request.Method)),
            new("/two/{x}", (request, route) => HttpResponse.Text(request.Method + route["x"])),
            new("/three/{x}", async (request, route, token) =>
            {
                await Task.Yield();
                token.CanBeCanceled.Should().BeFalse();
                return HttpResponse.Text(request.Method + route["x"]);
            }),
            new("/four", new FixedResponseHandler()),
        ]);

        (await AskAsync(router, "GET", "/one")).Should().Be("GET");
        (await AskAsync(router, "GET", "/two/2")).Should().Be("GET2");
        (await AskAsync(router, "GET", "/three/3")).Should().Be("GET3");
        (await AskAsync(router, "GET", "/four")).Should().Be("hello PWB");
    }

    [Theory]
    [InlineData("GET", "/api/orders/7", "/api/orders/{id} 7 of /api/orders/7")]
    [InlineData("GET", "/api/v2/t/x/orders/8", "/api/v2/t/{tenant}/orders/{id} 8 of /api/v2/t/x/orders/8")]
    [InlineData("PUT", "/api/orders/7", "405 GET, HEAD, OPTIONS")]
    [InlineData("GET", "/api/none", "404")]
    [InlineData("GET", "/api", "404")]
    [InlineData("GET", "/api/", "/api/")]
    [InlineData("GET", "/api/special", "GET /api/special")]
    [InlineData("GET", "/apis", "next")]
    [InlineData("GET", "/orders/7", "next")]
    public async Task A_router_is_mounted_below_a_prefix_any_number_of_times(string method, string target, string expected)
    {
        static HttpResponse Show(HttpRequest request, RouteValues route) =>
            HttpResponse.Text($"{route.Template} {route["id"]} of {request.Path}");
        Router orders = new([new("GET /orders/{id}", Show)]);
        Router api = new([
            new("GET /orders/{id}", Show), new("GET /", (_, route) => HttpResponse.Text(route.Template)),
            Router.Mount("/v2/t/{tenant}", orders),
        ]);
        Router router = new(
            [Router.Mount("/api", api), Naming("GET /api/special")], RequestHandler.From(_ => HttpResponse.Text("next")));

        (await AskAsync(router, method, target)).Should().Be(expected);
    }

    [Theory]
    [InlineData("/assets/app.js", "app")]
    [InlineData("/site/assets/app.js", "app")]
    [InlineData("/assets/none.js", "404")]
    [InlineData("/assets", "301 /assets/")]
    [InlineData("/assets/sub", "301 /assets/sub/")]
    [InlineData("/site/assets/sub?a=1", "301 /site/assets/sub/?a=1")]
    [InlineData("/app.js", "404")]
    public async Task Files_are_mounted_below_a_prefix_and_redirect_to_themselves(string target, string expected)
    {
        MemorySource source = new();
        source.Add("app.js", "app").Add("sub/index.html", "index");
        Route files = Router.Mount("/assets", new StaticFileHandler(source));
        Router router = new([files, Router.Mount("/site", new Router([files]))]);

        (await AskAsync(router, "GET", target)).Should().Be(expected);
    }

    [Fact]
    public void Files_are_not_mounted_below_parameters() =>
        ((Action)(() => _ = Router.Mount("/{user}", new StaticFileHandler(new MemorySource()))))
            .Should().Throw<ArgumentException>().WithMessage("*without parameters*");

    [Fact]
    public void Never_blocks_and_borrows_only_if_all_of_its_handlers_do()
    {
        Route blocking = Naming("/a"), quick = new("/b", _ => HttpResponse.Text("b"), neverBlocks: true),
            fixedResponse = new("/c", new FixedResponseHandler());

        new Router([quick, fixedResponse]).NeverBlocks.Should().BeTrue();
        new Router([quick, blocking]).NeverBlocks.Should().BeFalse();
        new Router([quick], new Router([blocking])).NeverBlocks.Should().BeFalse();
        new Router([quick, Router.Mount("/d", new Router([blocking]))]).NeverBlocks.Should().BeFalse();
        Borrows(new Router([fixedResponse], new FixedResponseHandler())).Should().BeTrue();
        Borrows(new Router([fixedResponse, quick])).Should().BeFalse("a function may keep the request");
        Borrows(new Router([fixedResponse], RequestHandler.From(_ => HttpResponse.Text("")))).Should().BeFalse();
        Borrows(new Router([Router.Mount("/d", new Router([fixedResponse]))])).Should().BeTrue();

        static bool Borrows(Router router) => ((IBorrowingHandler)router).Borrows;
    }

    [Fact]
    public async Task Routes_on_a_connection_as_it_does_in_memory()
    {
        byte[] input = Latin1.Bytes(
            "GET /orders/a%2Fb HTTP/1.1\r\nHost: a\r\n\r\nHEAD /orders/x HTTP/1.1\r\nHost: a\r\n\r\nPOST /orders/x HTTP/1.1\r\n"
                + "Host: a\r\n\r\n");
        foreach (Segmentation segmentation in Segmentation.All(input.Length))
        {
            string output = Latin1.Text(
                (await Wire.ExchangeAsync(
                    new Router([new("GET /orders/{id}", (_, route) => HttpResponse.Text(route["id"]))]), input,
                    segmentation)).Output);
            output.Should().Contain("a/b").And.Contain("HTTP/1.1 405 ").And.Contain("Allow: GET, HEAD, OPTIONS\r\n");
        }
    }

    internal static async Task<string> AskAsync(IRequestHandler router, string method, string target)
    {
        HttpResponse response = await router.HandleAsync(new HttpRequest(method, target), CancellationToken.None);
        using MemoryStream content = new();
        await response.Body.WriteToAsync(content, CancellationToken.None);
        string? field = response.Headers["Allow"] ?? response.Headers["Location"];
        if (response.StatusCode == 200) return System.Text.Encoding.UTF8.GetString(content.ToArray());
        return field is null ? $"{response.StatusCode}" : $"{response.StatusCode} {field}";
    }
}
