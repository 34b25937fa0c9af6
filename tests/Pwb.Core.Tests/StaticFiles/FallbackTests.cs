using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>S6: pages that stand in for what is not there, and what caches between may do with them.</summary>
public sealed class FallbackTests
{
    private const string Html = "Accept: text/html,*/*;q=0.8";

    private static readonly StaticFileOptions SinglePage = new()
    {
        Fallback = "index.html",
        CacheControl = [("*", "public, max-age=31536000")],
    };

    [Theory]
    [InlineData("/app.js", Html, 200)]
    [InlineData("/app.js", "Accept: */*", 404)]
    [InlineData("/app.js", "X-None: x", 404)]
    [InlineData("/route", Html, 200)]
    [InlineData("/route", "Accept: */*", 200)]
    public async Task Where_Accept_decides_a_cache_is_told_so(string target, string accept, int status)
    {
        Site site = new(SinglePage);
        site.Source.Add("index.html", "app");

        WireResponse response = await site.GetAsync(target, accept);

        response.Status.Should().Be(status);
        response["Vary"].Should().Be("Accept");
        if (status != 200) return;
        WireResponse notModified = await site.GetAsync(target, accept, $"If-None-Match: {response["ETag"]}");
        notModified.Status.Should().Be(304);
        notModified["Vary"].Should().Be("Accept");
    }

    [Fact]
    public async Task A_page_with_neighbours_varies_by_both()
    {
        Site site = new(SinglePage with { NotFoundPage = "404.html" });
        site.Source.Add("index.html", "app").Add("index.html.br", "BR").Add("404.html", "gone").Add("404.html.br", "GONE");

        (await site.GetAsync("/route", Html))["Vary"].Should().Be("Accept-Encoding, Accept");
        (await site.GetAsync("/app.js"))["Vary"].Should().Be("Accept-Encoding, Accept");
        (await site.GetAsync("/"))["Vary"].Should().Be("Accept-Encoding", "the page itself is there whatever Accept says");
    }

    [Fact]
    public async Task So_is_one_that_keeps_what_the_next_handler_answers()
    {
        Site site = new(
            SinglePage,
            RequestHandler.From(_ => new HttpResponse(200, ResponseBody.From("api"), ("Vary", "Origin"), ("X-Api", "1"))));
        site.Source.Add("index.html", "app").Add("a.txt", "a");

        WireResponse response = await site.GetAsync("/api", "Accept: */*");

        response.ContentText.Should().Be("api");
        response["X-Api"].Should().Be("1");
        response.Head.Should().Contain("Vary: Origin\r\n").And.Contain("Vary: Accept\r\n");
        (await site.SendAsync("POST", "/api", "Content-Length: 0")).Head.Should().NotContain("Vary: Accept");
        (await site.GetAsync("/a.txt"))["Vary"].Should().BeNull();
    }

    [Fact]
    public async Task Without_a_fallback_nothing_varies_by_Accept()
    {
        Site site = new(next: RequestHandler.From(_ => HttpResponse.Text("next")));
        Site alone = new();
        alone.Source.Add("404.html", "gone");

        (await site.GetAsync("/missing"))["Vary"].Should().BeNull();
        (await alone.GetAsync("/missing"))["Vary"].Should().BeNull();
    }

    [Fact]
    public async Task Pages_that_stand_in_never_take_the_max_age_of_a_path()
    {
        Site site = new(SinglePage);
        site.Source.Add("index.html", "app").Add("404.html", "gone").Add("assets/app.js", "js");

        (await site.GetAsync("/"))["Cache-Control"].Should().Be("public, max-age=31536000");
        (await site.GetAsync("/assets/app.js"))["Cache-Control"].Should().Be("public, max-age=31536000");
        (await site.GetAsync("/assets/route", Html))["Cache-Control"].Should().Be("no-cache");
        (await site.GetAsync("/assets/old.js"))["Cache-Control"].Should().Be("no-cache");
        (await site.GetAsync("/404.html"))["Cache-Control"].Should().Be("public, max-age=31536000");
    }

    [Fact]
    public async Task Options_of_what_is_not_there_is_for_the_next_handler_whatever_Accept_says()
    {
        Site site = new(SinglePage, RequestHandler.From(_ => HttpResponse.Text("next")));
        site.Source.Add("index.html", "app");

        foreach (string target in (string[])["/a%2Fb", "/a//b", "/route"])
            (await site.SendAsync("OPTIONS", target, Html)).ContentText.Should().Be("next");
    }
}
