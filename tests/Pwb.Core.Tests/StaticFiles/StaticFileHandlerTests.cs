using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>S4, S6, S8 and the options: what a target leads to, and the fields of the answer.</summary>
public sealed partial class StaticFileHandlerTests
{
    private readonly Site _site = new();

    [Fact]
    public async Task Serves_a_file_with_its_type_and_validators()
    {
        _site.Source.Add("a.txt", "hello");

        Outcome outcome = await _site.ExchangeAsync("GET", "/a.txt?x=1");

        string entityTag = outcome.Response()["ETag"]!;
        outcome.Text.Should().Be(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n" +
            $"ETag: {entityTag}\r\nLast-Modified: Sun, 06 Nov 1994 07:49:37 GMT\r\nAccept-Ranges: bytes\r\n"
            + $"Cache-Control: no-cache\r\n" +
            "X-Content-Type-Options: nosniff\r\nContent-Length: 5\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: PWB1.0\r\n"
            + "\r\nhello");
        entityTag.Should().StartWith("\"").And.EndWith("\"");
    }

    [Theory]
    [InlineData("/", 200, "root")]
    [InlineData("/index.html", 200, "root")]
    [InlineData("/docs/", 200, "docs")]
    [InlineData("/docs/index.html", 200, "docs")]
    [InlineData("/%E4%BD%A0%E5%A5%BD.html", 200, "ni hao")]
    [InlineData("/%64ocs/%69ndex.html", 200, "docs")]
    [InlineData("/empty.txt", 200, "")]
    [InlineData("/docs/missing", 404, null)]
    [InlineData("/bare/", 404, null)]
    [InlineData("/index.html/", 404, null)]
    [InlineData("/about", 404, null)]
    [InlineData("/.secret", 404, null)]
    [InlineData("/docs/../index.html", 200, "root")]
    [InlineData("/docs/%2e%2e/index.html", 200, "root")]
    [InlineData("/docs/./index.html", 200, "docs")] // apt, for a flat repository
    [InlineData("/docs%2findex.html", 404, null)]
    [InlineData("//missing", 404, null)]
    [InlineData("/.well-known/a", 200, "known")]
    public async Task Leads_to(string target, int status, string? content)
    {
        _site.Source.Add("index.html", "root").Add("docs/index.html", "docs").Add("你好.html", "ni hao").Add("empty.txt", "")
            .Add("bare/a", "a")
            .Add("about.html", "about").Add(".secret", "secret").Add(".well-known/a", "known");

        foreach (string method in (string[])["GET", "HEAD"])
        {
            for (int i = 0; i < 2; i++) // found, and from memory
            {
                WireResponse response = await _site.SendAsync(method, target);

                response.Status.Should().Be(status);
                if (content is not null) response["Content-Length"].Should().Be($"{content.Length}");
                if (content is not null && method is "GET") response.ContentText.Should().Be(content);
                response["X-Content-Type-Options"].Should().Be("nosniff");
            }
        }
    }

    [Theory]
    [InlineData("/docs", "/docs/")]
    [InlineData("/docs?a=1&b=%20", "/docs/?a=1&b=%20")]
    [InlineData("/%64ocs", "/docs/")]
    [InlineData("/docs/%E4%BD%A0", "/docs/%E4%BD%A0/")]
    [InlineData("/a%20b", "/a%20b/")]
    [InlineData("http://evil.example/docs", "/docs/")]
    public async Task Redirects_to_a_directory_with_its_slash(string target, string location)
    {
        _site.Source.Add("docs/index.html", "docs").Add("docs/你/index.html", "").Add("a b/index.html", "");

        WireResponse response = await _site.GetAsync(target);

        response.Status.Should().Be(301);
        response["Location"].Should().Be(location);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("TRACE")]
    [InlineData("PROPFIND")]
    public async Task Other_methods_are_405(string method)
    {
        _site.Source.Add("a", "a");

        WireResponse response = await _site.SendAsync(method, "/a", "Content-Length: 0");

        response.Status.Should().Be(405);
        response["Allow"].Should().Be("GET, HEAD, OPTIONS");
    }

    [Fact]
    public async Task Options_is_204_with_Allow()
    {
        WireResponse response = await _site.SendAsync("OPTIONS", "/anything");

        response.Status.Should().Be(204);
        response["Allow"].Should().Be("GET, HEAD, OPTIONS");
    }

    [Fact]
    public async Task What_is_not_there_is_for_the_next_handler()
    {
        var site = new Site(
            next: RequestHandler.From(request => HttpResponse.Text($"next {request.Method} {request.Path}", 200)));
        site.Source.Add("a", "a").Add("404.html", "page");

        (await site.GetAsync("/a")).ContentText.Should().Be("a");
        (await site.GetAsync("/b")).ContentText.Should().Be("next GET /b");
        (await site.GetAsync("/..%5cb")).ContentText.Should().StartWith("next GET");
        (await site.SendAsync("POST", "/a", "Content-Length: 0")).ContentText.Should().Be("next POST /a");
        (await site.SendAsync("OPTIONS", "/b")).ContentText.Should().Be("next OPTIONS /b");
        (await site.SendAsync("OPTIONS", "/a")).Status.Should().Be(204);
    }

    [Fact]
    public async Task What_is_not_there_shows_the_page_for_it()
    {
        _site.Source.Add("404.html", "<h1>gone</h1>").Add("404.html.br", "BR");

        for (int i = 0; i < 2; i++)
        {
            WireResponse response = await _site.GetAsync("/missing", "If-None-Match: *", "Range: bytes=0-1");
            response.Status.Should().Be(404);
            response["Content-Type"].Should().Be("text/html; charset=utf-8");
            response["ETag"].Should().BeNull();
            response.ContentText.Should().Be("<h1>gone</h1>");
        }

        (await _site.GetAsync("/missing", "Accept-Encoding: br")).ContentText.Should().Be("BR");
        (await _site.GetAsync("/404.html")).Status.Should().Be(200);
    }

    [Fact]
    public async Task A_large_page_for_what_is_not_there_is_sent_from_its_file()
    {
        _site.Source.Add("404.html", new string('x', 100_000));

        WireResponse response = await _site.GetAsync("/missing");

        response.Status.Should().Be(404);
        response.Content.Should().HaveCount(100_000);
    }

    [Fact]
    public async Task A_page_with_a_hidden_name_is_shown_and_still_not_served()
    {
        var site = new Site(new StaticFileOptions { NotFoundPage = ".errors/404.html" });
        site.Source.Add(".errors/404.html", "gone");

        (await site.GetAsync("/missing")).ContentText.Should().Be("gone");
        WireResponse response = await site.GetAsync("/.errors/404.html");
        response.Status.Should().Be(404);
    }

    [Theory]
    [InlineData("/route", "Accept: */*", true)]
    [InlineData("/route", "X-None: x", true)]
    [InlineData("/route/john.doe", "Accept: text/html,*/*;q=0.8", true)]
    [InlineData("/a//b:c", "Accept: text/html", true)]
    [InlineData("/missing.js", "Accept: */*", false)]
    [InlineData("/missing.png", "Accept: image/avif,*/*", false)]
    public async Task A_single_page_application_answers_what_is_not_there(string target, string accept, bool isPage)
    {
        var site = new Site(new StaticFileOptions { Fallback = "index.html" });
        site.Source.Add("index.html", "app");

        WireResponse response = await site.GetAsync(target, accept);

        response.Status.Should().Be(isPage ? 200 : 404);
        if (isPage) response.ContentText.Should().Be("app");
        if (isPage) (await site.GetAsync(target, accept, $"If-None-Match: {response["ETag"]}")).Status.Should().Be(304);
    }

    [Fact]
    public async Task A_single_page_application_with_a_next_handler_takes_navigations_only()
    {
        var site = new Site(
            new StaticFileOptions { Fallback = "index.html" }, RequestHandler.From(_ => HttpResponse.Text("api")));
        site.Source.Add("index.html", "app");

        (await site.GetAsync("/route", "Accept: text/html")).ContentText.Should().Be("app");
        (await site.GetAsync("/api/users", "Accept: */*")).ContentText.Should().Be("api");
    }

    [Fact]
    public async Task Clean_urls_leave_out_the_extension()
    {
        var site = new Site(new StaticFileOptions { CleanUrls = true });
        site.Source.Add("about.html", "about").Add("docs/index.html", "docs").Add("docs.html", "not me").Add("raw", "raw").Add(
            "raw.html", "html");

        (await site.GetAsync("/about")).ContentText.Should().Be("about");
        (await site.GetAsync("/about")).Head.Should().Contain("text/html");
        (await site.GetAsync("/raw")).ContentText.Should().Be("raw");
        (await site.GetAsync("/docs")).Status.Should().Be(301);
        (await site.GetAsync("/about/")).Status.Should().Be(404);
    }

    [Fact]
    public async Task Cache_Control_is_by_the_first_pattern_that_matches_the_file()
    {
        var site = new Site(
            new StaticFileOptions { CacheControl = [("/assets/*", "public, max-age=31536000, immutable"), ("*.txt", "")] });
        site.Source.Add("index.html", "").Add("assets/deep/app.js", "").Add("a.txt", "");

        (await site.GetAsync("/"))["Cache-Control"].Should().Be("no-cache");
        (await site.GetAsync("/assets/deep/app.js"))["Cache-Control"].Should().Be("public, max-age=31536000, immutable");
        (await site.GetAsync("/a.txt"))["Cache-Control"].Should().BeNull();
    }

    [Fact]
    public async Task Extra_fields_go_with_every_response()
    {
        var site = new Site(new StaticFileOptions { Headers = [("X-One", "1"), ("X-Content-Type-Options", "mine")] });
        site.Source.Add("a", "a");

        foreach ((
            string method, string target, string field) in ((string, string, string)[])[
                ("GET", "/a", "X: x"), ("GET", "/a", "If-None-Match: *"), ("GET", "/b", "X: x"), ("GET", "/a", "Range: bytes=9-"),
                ("OPTIONS", "/a", "X: x"), ("PUT", "/a", "X: x")])
        {
            WireResponse response = await site.SendAsync(method, target, field);
            response["X-One"].Should().Be("1");
            response["X-Content-Type-Options"].Should().Be("mine");
        }

    }

    [Fact]
    public async Task Directories_are_listed_when_asked_for()
    {
        var site = new Site(new StaticFileOptions { ListDirectories = true });
        site.Source.Add("docs/b.txt", "b").Add("docs/<a>.txt", "a").Add("with/index.html", "index");

        WireResponse html = await site.GetAsync("/docs/");
        WireResponse json = await site.GetAsync("/docs/", "Accept: application/json");

        html.ContentText.Should().Contain("b.txt").And.Contain("&lt;a&gt;.txt").And.NotContain("<a>.txt");
        html["X-Content-Type-Options"].Should().Be("nosniff");
        html["Cache-Control"].Should().Be("no-cache");
        json.ContentText.Should().Contain("\"b.txt\"");
        (await site.GetAsync("/with/")).ContentText.Should().Be("index");
        (await site.GetAsync("/docs")).Status.Should().Be(301);
    }

    [Fact]
    public async Task What_cannot_be_read_is_403_and_out_of_descriptors_is_503()
    {
        _site.Source.Failure = new UnauthorizedAccessException("no");
        (await _site.GetAsync("/a")).Status.Should().Be(403);

        _site.Source.Failure = new IOException("Too many open files", 24);
        WireResponse response = await _site.GetAsync("/a");
        response.Status.Should().Be(503);
        response["Retry-After"].Should().Be("1");

        _site.Source.Failure = new IOException("the disk is on fire /secret/path");
        response = await _site.GetAsync("/a");
        response.Status.Should().Be(500);
        response.ContentText.Should().NotContain("secret");
    }
}
