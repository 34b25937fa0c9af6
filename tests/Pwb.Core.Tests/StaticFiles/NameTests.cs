using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>S5, S6: names of real files, and the paths that lead to them.</summary>
public sealed class NameTests
{
    private static readonly StaticFileOptions CleanUrls = new() { CleanUrls = true };

    [Theory]
    [InlineData("2019-01-01 12:00:11.log", "/2019-01-01%2012:00:11.log")]
    [InlineData("sha256:abc", "/sha256:abc")]
    [InlineData("blobs/sha256:abc", "/blobs/sha256%3Aabc")]
    [InlineData("Mr. and Mrs.", "/Mr.%20and%20Mrs.")]
    [InlineData("ends in a blank ", "/ends%20in%20a%20blank%20")]
    [InlineData("dev-disk-by\\x2duuid.mount", "/dev-disk-by%5Cx2duuid.mount")] // a unit of systemd
    [InlineData("aux.c", "/aux.c")]
    [InlineData("\u200Fשלום.txt", "/%E2%80%8F%D7%A9%D7%9C%D7%95%D7%9D.txt")] // begins with a mark
    public async Task A_name_that_is_ordinary_here_is_served_and_listed(string name, string target)
    {
        Site site = new(new StaticFileOptions { ListDirectories = true });
        site.Source.Add(name, "content");
        bool isOrdinary = !OperatingSystem.IsWindows() || name[0] == '\u200F';

        (await site.GetAsync(target)).Status.Should().Be(isOrdinary ? 200 : 404);
        string directory = name.Contains('/', StringComparison.Ordinal) ? "/blobs/" : "/";
        string listing = (await site.GetAsync(directory, "Accept: application/json")).ContentText;
        listing.Contains("\"file\"", StringComparison.Ordinal).Should().Be(isOrdinary);
    }

    [Theory]
    [InlineData("/docs//b.txt", "/docs/b.txt")]
    [InlineData("//docs/b.txt", "/docs/b.txt")]
    [InlineData("///docs////b.txt?a=1&b=//", "/docs/b.txt?a=1&b=//")]
    [InlineData("/docs//", "/docs/")]
    [InlineData("//docs", "/docs/")]
    [InlineData("//", "/")]
    [InlineData("//a%20b.txt", "/a%20b.txt")]
    [InlineData("//evil.example/", "/evil.example/")] // a directory of that name: never the host
    [InlineData("//evil.example/%2e", "/evil.example/")]
    [InlineData("//missing", null)]
    [InlineData("//evil.example/missing", null)]
    [InlineData("//.git/config", null)]
    [InlineData("/docs//.hidden", null)]
    [InlineData("/docs/b.txt//", null)]
    public async Task An_empty_segment_is_a_redirect_to_the_path_without_it_where_that_is_served(string target, string? location)
    {
        Site site = new();
        site.Source.Add("index.html", "root").Add("docs/index.html", "docs").Add("docs/b.txt", "b").Add("a b.txt", "ab")
            .Add("evil.example/index.html", "e")
            .Add(".git/config", "secret").Add("docs/.hidden", "secret");

        foreach (string method in (string[])["GET", "HEAD"])
        {
            WireResponse response = await site.SendAsync(method, target);
            response.Status.Should().Be(location is null ? 404 : 308);
            response["Location"].Should().Be(location);
        }
    }

    [Fact]
    public async Task An_empty_segment_that_leads_nowhere_is_for_the_next_handler()
    {
        Site site = new(next: RequestHandler.From(request => HttpResponse.Text(request.Path)));
        site.Source.Add("a", "a");

        (await site.GetAsync("//api")).ContentText.Should().Be("//api");
        (await site.SendAsync("POST", "//a", "Content-Length: 0")).ContentText.Should().Be("//a");
        (await site.GetAsync("//a")).Status.Should().Be(308);
    }

    [Fact]
    public async Task A_redirect_stays_below_the_base_path()
    {
        Site site = new(new StaticFileOptions { BasePath = "/app/" });
        site.Source.Add("docs/index.html", "docs");

        (await site.GetAsync("/app//docs//?a"))["Location"].Should().Be("/app/docs/?a");
        (await site.GetAsync("/app"))["Location"].Should().Be("/app/");
        (await site.GetAsync("//app/docs/")).Status.Should().Be(404);
    }

    [Theory]
    [InlineData("/blog", "page")] // the directory has no index
    [InlineData("/docs", null)] // this one has
    [InlineData("/empty", null)] // no page beside it
    public async Task Clean_urls_prefer_a_page_to_a_directory_without_an_index(string target, string? content)
    {
        foreach (bool isListed in (bool[])[false, true])
        {
            Site site = new(CleanUrls with { ListDirectories = isListed });
            site.Source.Add("blog.html", "page").Add("blog/first.html", "first").Add("docs.html", "not me")
                .Add("docs/index.html", "docs").Add("empty/x", "x");

            WireResponse response = await site.GetAsync(target);

            response.Status.Should().Be(content is null ? 301 : 200);
            if (content is not null) response.ContentText.Should().Be(content);
            (await site.GetAsync("/blog/first")).ContentText.Should().Be("first");
            (await site.GetAsync("/blog/")).Status.Should().Be(isListed ? 200 : 404);
        }
    }

    [Theory]
    [InlineData("/.well-known")]
    [InlineData("/%2Ewell-known")]
    public async Task Clean_urls_make_no_hidden_name(string target)
    {
        Site site = new(CleanUrls);
        site.Source.Add(".well-known.html", "hidden").Add(new string('a', 251) + ".html", "too long");

        (await site.GetAsync(target)).Status.Should().Be(404);
        (await site.GetAsync("/" + new string('a', 251))).Status.Should().Be(404, "no system has a name of 256 bytes");
        site.Source.Opens.Should().Be(0);
    }
}
