using System.Globalization;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>S1 to S4 through the handler: preconditions, ranges and codings, from memory and from an opened file.</summary>
public sealed class ConditionalTests
{
    private const string Modified = "Sun, 06 Nov 1994 07:49:37 GMT";
    private const string Earlier = "Sun, 06 Nov 1994 07:49:36 GMT";
    private const string Later = "Sun, 06 Nov 1994 07:49:38 GMT";

    // 10,000 bytes.
    private static readonly string Content = string.Concat(
        Enumerable.Range(0, 1000).Select(i => i.ToString("D10", CultureInfo.InvariantCulture)));

    /// <summary>From memory, and from a file that is opened for each response.</summary>
    private readonly Site[] _sites = [new Site(), new Site(new StaticFileOptions { MaxCachedFileLength = 0 })];

    [Theory]
    [InlineData(200, "X-None: x")]
    [InlineData(304, "If-None-Match: {tag}")]
    [InlineData(304, "If-None-Match: W/{tag}")]
    [InlineData(304, "If-None-Match: \"a\", {tag}")]
    [InlineData(304, "If-None-Match: \"a\"\r\nIf-None-Match: {tag}")]
    [InlineData(304, "If-None-Match: *")]
    [InlineData(200, "If-None-Match: \"a\"")]
    [InlineData(200, "If-None-Match: \"a\"\r\nIf-Modified-Since: " + Later)]
    [InlineData(304, "If-Modified-Since: " + Modified)]
    [InlineData(304, "If-Modified-Since: " + Later)]
    [InlineData(200, "If-Modified-Since: " + Earlier)]
    [InlineData(200, "If-Modified-Since: nonsense")]
    [InlineData(304, "If-Modified-Since: Sunday, 06-Nov-94 07:49:37 GMT")]
    [InlineData(304, "If-Modified-Since: Sun Nov  6 07:49:37 1994")]
    [InlineData(200, "If-Match: {tag}")]
    [InlineData(200, "If-Match: *")]
    [InlineData(412, "If-Match: W/{tag}")]
    [InlineData(412, "If-Match: \"a\"")]
    [InlineData(200, "If-Match: {tag}\r\nIf-Unmodified-Since: " + Earlier)]
    [InlineData(412, "If-Unmodified-Since: " + Earlier)]
    [InlineData(200, "If-Unmodified-Since: " + Modified)]
    [InlineData(412, "If-Match: \"a\"\r\nIf-None-Match: {tag}")]
    [InlineData(304, "If-Match: *\r\nIf-None-Match: {tag}")]
    public async Task Preconditions_decide(int status, string fields)
    {
        foreach (Site site in _sites)
        {
            site.Source.Add("a.txt", Content);
            string tag = (await site.GetAsync("/a.txt"))["ETag"]!;

            foreach (string method in (string[])["GET", "HEAD"])
            {
                WireResponse response = await site.SendAsync(
                    method, "/a.txt", fields.Replace("{tag}", tag, StringComparison.Ordinal));

                response.Status.Should().Be(status);
                if (status != 412) response["ETag"].Should().Be(tag);
                if (status == 304) response["Cache-Control"].Should().Be("no-cache");
                if (status == 304) response["Content-Type"].Should().BeNull();
            }
        }
    }

    [Theory]
    [InlineData("bytes=0-9", 206, 0, 10)]
    [InlineData("bytes=0-0", 206, 0, 1)]
    [InlineData("bytes=9990-", 206, 9990, 10)]
    [InlineData("bytes=9990-20000", 206, 9990, 10)]
    [InlineData("bytes=-10", 206, 9990, 10)]
    [InlineData("bytes=-20000", 206, 0, 10000)]
    [InlineData("bytes=10000-", 416, 0, 0)]
    [InlineData("bytes=-0", 416, 0, 0)]
    [InlineData("bytes=99999999999999999999-", 416, 0, 0)]
    [InlineData("bytes=5-4", 200, 0, 10000)]
    [InlineData("bytes=5-6,0-1", 200, 0, 10000)]
    [InlineData("lines=0-1", 200, 0, 10000)]
    [InlineData("bytes=+0-1", 200, 0, 10000)]
    [InlineData("bytes=a-b", 200, 0, 10000)]
    public async Task Ranges_select(string range, int status, int start, int length)
    {
        foreach (Site site in _sites)
        {
            site.Source.Add("a.txt", Content);
            for (int i = 0; i < 2; i++)
            {
                WireResponse response = await site.GetAsync("/a.txt", "Range: " + range);

                response.Status.Should().Be(status);
                if (status == 416) response["Content-Range"].Should().Be("bytes */10000");
                else response.ContentText.Should().Be(Content.Substring(start, length));
                if (status == 206) response["Content-Range"].Should().Be($"bytes {start}-{start + length - 1}/10000");
                if (status == 200) response["Content-Range"].Should().BeNull();
                (await site.SendAsync("HEAD", "/a.txt", "Range: " + range)).Status.Should().Be(200);
            }
        }
    }

    [Theory]
    [InlineData(206, "If-Range: {tag}")]
    [InlineData(200, "If-Range: W/{tag}")]
    [InlineData(200, "If-Range: \"a\"")]
    [InlineData(206, "If-Range: " + Modified)]
    [InlineData(200, "If-Range: " + Earlier)]
    [InlineData(200, "If-Range: " + Later)]
    [InlineData(304, "If-None-Match: {tag}")]
    public async Task A_range_is_for_the_content_that_the_client_has(int status, string fields)
    {
        foreach (Site site in _sites)
        {
            site.Source.Add("a.txt", Content);
            string tag = (await site.GetAsync("/a.txt"))["ETag"]!;

            (await site.GetAsync("/a.txt", "Range: bytes=0-1", fields.Replace("{tag}", tag, StringComparison.Ordinal))).Status
                .Should().Be(status);
        }
    }

    [Fact]
    public async Task An_empty_file_has_no_range()
    {
        foreach (Site site in _sites)
        {
            site.Source.Add("empty", "");

            (await site.GetAsync("/empty", "Range: bytes=0-"))["Content-Range"].Should().Be("bytes */0");
        }
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip, deflate", "gzip")]
    [InlineData("zstd;q=0.9, gzip;q=1", "gzip")]
    [InlineData("br;q=0, *", "zstd")]
    [InlineData("identity", null)]
    [InlineData("", null)]
    [InlineData("br;q=0.5, identity", null)]
    [InlineData("deflate", null)]
    public async Task Precompressed_neighbours_are_served_to_who_accepts_them(string? acceptEncoding, string? coding)
    {
        foreach (Site site in _sites)
        {
            site.Source.Add("app.js", "plain").Add("app.js.br", "b").Add("app.js.gz", "g").Add("app.js.zst", "z");
            string[] fields = acceptEncoding is null ? [] : ["Accept-Encoding: " + acceptEncoding];
            for (int i = 0; i < 2; i++)
            {
                WireResponse response = await site.GetAsync("/app.js", fields);

                response["Content-Encoding"].Should().Be(coding);
                response["Vary"].Should().Be("Accept-Encoding");
                response["Content-Type"].Should().Be("text/javascript; charset=utf-8");
                response.ContentText.Should().Be(coding switch { "br" => "b", "gzip" => "g", "zstd" => "z", _ => "plain" });
                WireResponse notModified = await site.GetAsync("/app.js", [.. fields, $"If-None-Match: {response["ETag"]}"]);
                notModified.Status.Should().Be(304);
                notModified["Vary"].Should().Be("Accept-Encoding");
            }
        }
    }

    [Fact]
    public async Task Each_coding_has_an_entity_tag_of_its_own()
    {
        _sites[0].Source.Add("app.js", "same").Add("app.js.br", "size").Add("app.js.gz", "here");
        List<string?> tags = [];
        foreach (string coding in (string[])["identity", "br", "gzip"])
            tags.Add((await _sites[0].GetAsync("/app.js", "Accept-Encoding: " + coding))["ETag"]);

        tags.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_neighbour_that_is_older_than_its_original_is_left_alone()
    {
        _sites[0].Source.Add("app.js", "new", ManualClock.Start.AddMinutes(-1)).Add(
            "app.js.br", "old", ManualClock.Start.AddMinutes(-2));

        WireResponse response = await _sites[0].GetAsync("/app.js", "Accept-Encoding: br");

        response.ContentText.Should().Be("new");
        response["Vary"].Should().BeNull();
    }

    [Fact]
    public async Task Last_Modified_is_never_later_than_Date()
    {
        _sites[0].Source.Add("a", "a", ManualClock.Start.AddYears(1));

        WireResponse response = await _sites[0].GetAsync("/a");

        DateTimeOffset.Parse(response["Last-Modified"]!, CultureInfo.InvariantCulture).Should().BeBefore(
            DateTimeOffset.Parse(response["Date"]!, CultureInfo.InvariantCulture));
    }
}
