using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.StaticFiles;

/// <summary>A file that is served instead of another one, and cannot be read, is passed over with a line in the log.</summary>
public sealed class UnreadableFileTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_neighbour_that_cannot_be_read_is_passed_over(bool isHidden)
    {
        using LogLines log = new();
        Site site = new(new StaticFileOptions { Logger = log });
        site.Source.Add("a.js", "plain").Add("a.js.br", "coded");
        (isHidden ? site.Source.Hidden : site.Source.Denied).Add("a.js.br");

        for (int i = 0; i < 3; i++)
        {
            WireResponse response = await site.GetAsync("/a.js", "Accept-Encoding: br");
            response.Status.Should().Be(200);
            response.ContentText.Should().Be("plain");
            site.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        log.Lines.Should().ContainSingle().Which.Should().Contain("/a.js.br");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_page_for_what_is_missing_that_cannot_be_read_does_not_make_it_denied(bool isHidden)
    {
        using LogLines log = new();
        Site site = new(new StaticFileOptions { Logger = log, Fallback = "app.html" });
        site.Source.Add("404.html", "not here").Add("app.html", "app");
        foreach (string page in (string[])["404.html", "app.html"])
            (isHidden ? site.Source.Hidden : site.Source.Denied).Add(page);

        for (int i = 0; i < 3; i++)
        {
            WireResponse response = await site.GetAsync("/missing", "Accept: text/html");
            response.Status.Should().Be(404);
            response.ContentText.Should().Be("404 Not Found\n");
            site.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        log.Lines.Should().HaveCount(2).And.Contain(line => line.Contains("/404.html", StringComparison.Ordinal));
    }
}
