using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>Options that are about paths: field lines for some of them, and the path below which everything is.</summary>
public sealed class PathOptionsTests
{
    [Fact]
    public async Task Each_pattern_that_matches_adds_its_line()
    {
        var site = new Site(
            new StaticFileOptions
            {
                ListDirectories = true,
                PathHeaders = [("/a/*", "X-A", "1"), ("*.txt", "X-A", "2"), ("*.txt", "X-B", "3")],
            });
        site.Source.Add("a/a.txt", "hello").Add("b.txt", "b");

        WireResponse both = await site.GetAsync("/a/a.txt");
        both.Head.Should().Contain("\r\nX-A: 1\r\n").And.Contain("\r\nX-A: 2\r\n").And.Contain("\r\nX-B: 3\r\n");
        (await site.GetAsync("/a/a.txt", "Range: bytes=0-1"))["X-B"].Should().Be("3");
        (await site.GetAsync("/a/a.txt", "If-None-Match: " + both["ETag"]))["X-B"].Should().Be("3");
        (await site.GetAsync("/b.txt"))["X-A"].Should().Be("2");
        (await site.GetAsync("/a/"))["X-A"].Should().Be("1");
        (await site.GetAsync("/")).Head.Should().NotContain("X-A");
        (await site.GetAsync("/a/missing.txt")).Head.Should().NotContain("X-A");
    }

    [Fact]
    public async Task A_type_and_a_coding_stand_in_place_of_the_handler_s_own()
    {
        var site = new Site(new StaticFileOptions
        {
            PathHeaders = [
                ("/Build/*.gz", "content-encoding", "gzip"), ("*.wasm.gz", "Content-Type", "application/wasm"),
                ("*.js", "Content-Encoding", "identity")],
        });
        site.Source.Add("Build/game.wasm.gz", "GZ").Add("app.js", "js").Add("app.js.br", "BR");

        WireResponse response = await site.GetAsync("/Build/game.wasm.gz");
        (response["Content-Type"], response["Content-Encoding"], response.ContentText).Should().Be(
            ("application/wasm", "gzip", "GZ"));
        (await site.GetAsync("/app.js", "Accept-Encoding: br"))["Content-Encoding"].Should().Be(
            "br", "the neighbour has the coding that it has");
        (await site.GetAsync("/app.js"))["Content-Encoding"].Should().Be("identity");
    }

    [Theory]
    [InlineData("a", "X", "1")]
    [InlineData("/a", "X Y", "1")]
    [InlineData("/a", "X", "1\r\nY: 2")]
    [InlineData("/a", "ETag", "1")]
    [InlineData("/a", "Content-Length", "1")]
    public void A_line_that_would_do_nothing_or_harm_is_refused(string pattern, string name, string value) =>
        FluentActions.Invoking(() => new Site(new StaticFileOptions { PathHeaders = [(pattern, name, value)] }))
            .Should().Throw<ArgumentException>();

    [Theory]
    [InlineData("/app/", 200, "page")]
    [InlineData("/app/sub/a.txt", 200, "a")]
    [InlineData("/app/missing", 404, "gone")]
    [InlineData("/", 404, "404 Not Found\n")]
    [InlineData("/index.html", 404, "404 Not Found\n")]
    [InlineData("/application/index.html", 404, "404 Not Found\n")]
    [InlineData("/app/../index.html", 404, null)]
    public async Task Below_a_base_path_is_all_and_elsewhere_nothing(string target, int status, string? content)
    {
        var site = new Site(new StaticFileOptions { BasePath = "/app/" });
        site.Source.Add("index.html", "page").Add("sub/a.txt", "a").Add("404.html", "gone");

        for (int i = 0; i < 2; i++)
        {
            WireResponse response = await site.GetAsync(target);
            response.Status.Should().Be(status);
            if (content is not null) response.ContentText.Should().Be(content);
        }
    }

    [Fact]
    public async Task Redirects_stay_below_the_base_path_and_other_paths_are_for_the_next_handler()
    {
        var site = new Site(
            new StaticFileOptions { BasePath = "/my app/v1/" },
            RequestHandler.From(request => HttpResponse.Text($"next {request.Path}")));
        site.Source.Add("index.html", "page").Add("sub/index.html", "sub");

        (await site.GetAsync("/my%20app/v1?q=1"))["Location"].Should().Be("/my%20app/v1/?q=1");
        (await site.GetAsync("/my%20app/v1/sub?q"))["Location"].Should().Be("/my%20app/v1/sub/?q");
        (await site.GetAsync("/my%20app/v1/sub/")).ContentText.Should().Be("sub");
        (await site.GetAsync("/elsewhere")).ContentText.Should().Be("next /elsewhere");
    }

    [Theory]
    [InlineData("/gr%C3%BC%C3%9Fe/a.txt", "a")]
    [InlineData("/gr%c3%bc%c3%9fe/a.txt", "a")]
    [InlineData("/%67r%C3%BC%C3%9Fe/a.txt", "a")]
    [InlineData("/x/../gr%C3%BC%C3%9Fe/a.txt", "a")]
    [InlineData("/gr%c3%bc%c3%9fe", "/gr%C3%BC%C3%9Fe/")]
    [InlineData("/gr%C3%BC%C3%9Fe%2Fa.txt", "next")]
    [InlineData("/gr%C3%BC%C3%9Fen/a.txt", "next")]
    [InlineData("/gr%C3%BC/a.txt", "next")]
    public async Task A_base_path_is_the_same_in_whatever_escapes_it_is_asked_for(string target, string expected)
    {
        var site = new Site(new StaticFileOptions { BasePath = "/grüße/" }, RequestHandler.From(_ => HttpResponse.Text("next")));
        site.Source.Add("a.txt", "a");
        WireResponse response = await site.GetAsync(target);

        (response.Status == 301 ? response["Location"] : response.ContentText).Should().Be(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("app")]
    [InlineData("/app")]
    [InlineData("app/")]
    [InlineData("//")]
    [InlineData("//host/")]
    [InlineData("/a/../")]
    public void A_base_path_begins_and_ends_with_a_slash(string basePath) =>
        FluentActions.Invoking(() => new Site(new StaticFileOptions { BasePath = basePath }))
            .Should().Throw<ArgumentException>().WithMessage("BasePath is *");
}
