using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.StaticFiles;

/// <summary>S4: which precompressed neighbours are served, and what is said of those that are not.</summary>
public sealed class NeighbourTests
{
    private const string Any = "Accept-Encoding: br, zstd, gzip";

    private static readonly DateTimeOffset Original = MemorySource.OneHourAgo.AddMilliseconds(900);

    [Theory]
    [InlineData(0, true)]
    [InlineData(-0.9, true)] // brotli -k, pigz and cp -p to older file systems cut the time
    [InlineData(-2, true)]
    [InlineData(-2.001, false)]
    [InlineData(3600, true)]
    public async Task One_that_is_two_seconds_older_still_counts_as_made_of_its_original(double seconds, bool isServed)
    {
        Site site = new();
        site.Source.Add("app.js", "js", Original).Add("app.js.br", "BR", Original.AddSeconds(seconds));

        WireResponse response = await site.GetAsync("/app.js", Any);

        response["Content-Encoding"].Should().Be(isServed ? "br" : null);
        response.ContentText.Should().Be(isServed ? "BR" : "js");
    }

    [Fact]
    public async Task One_that_is_passed_over_leaves_one_line_in_thelog()
    {
        using LogLines log = new();
        Site site = new(new StaticFileOptions { Logger = log });
        site.Source.Add("a b.js", "js", Original).Add("a b.js.br", "BR", Original.AddSeconds(-60)).Add(
            "a b.js.gz", "GZ", Original);

        for (int i = 0; i < 3; i++)
        {
            (await site.GetAsync("/a%20b.js", Any))["Content-Encoding"].Should().Be("gzip");
            site.Clock.Advance(TimeSpan.FromSeconds(2)); // and it is compared with its source again
        }

        log.Lines.Should().ContainSingle().Which.Should().Contain("/a%20b.js.br").And.Contain("older");
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("gzip", "gzip")]
    [InlineData("gzip zstd", "zstd")]
    [InlineData("BR", "br")]
    public async Task An_option_says_which_codings_have_neighbours(string codings, string? expected)
    {
        using LogLines log = new();
        Site site = new(
            new StaticFileOptions
            {
                PrecompressedCodings = codings.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                Logger = log,
            });
        site.Source.Add("a", "a").Add("a.br", "BR").Add("a.zst", "ZST").Add("a.gz", "GZ");

        WireResponse response = await site.GetAsync("/a", Any);

        response["Content-Encoding"].Should().Be(expected);
        response["Vary"].Should().Be(expected is null ? null : "Accept-Encoding");
        (await site.GetAsync("/a.gz", Any)).ContentText.Should().Be("GZ", "by its own name it is a file like any other");
        log.Lines.Should().BeEmpty();
    }
}
