using System.Globalization;
using System.Text.RegularExpressions;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>S2 and RFC 9110 §14.6, §15.3.7.2: several ranges of one file.</summary>
public sealed class MultipartRangeTests
{
    // 10,000 bytes.
    private static readonly string Content = string.Concat(
        Enumerable.Range(0, 1000).Select(i => i.ToString("D10", CultureInfo.InvariantCulture)));

    /// <summary>From memory, and from a file that is opened for each response.</summary>
    private readonly Site[] _sites = [new Site(), new Site(new StaticFileOptions { MaxCachedFileLength = 0 })];

    [Theory]
    [InlineData("bytes=0-0,5-6", "0-0 5-6")]
    [InlineData("bytes=0-4,5-9", "0-4 5-9")]
    [InlineData("bytes=0-0, -1", "0-0 9999-9999")]
    [InlineData("bytes=0-0\t,\t9000-", "0-0 9000-9999")]
    [InlineData("bytes=10-19,9990-20000", "10-19 9990-9999")]
    [InlineData("bytes=,0-0,,5-6,", "0-0 5-6")] // RFC 9110 §5.6.1.2: empty members are none
    [InlineData("bytes=0-0,5-6,20000-20001,30000-", "0-0 5-6")] // §14.1.2: what is not there is left out
    public async Task Few_that_ascend_and_do_not_overlap_are_sent_as_parts(string range, string parts)
    {
        foreach (Site site in _sites)
        {
            site.Source.Add("a.txt", Content);
            WireResponse whole = await site.GetAsync("/a.txt");

            WireResponse response = await site.GetAsync("/a.txt", "Range: " + range, $"If-Range: {whole["ETag"]}");

            response.Status.Should().Be(206);
            response["Content-Range"].Should().BeNull();
            response["ETag"].Should().Be(whole["ETag"]);
            response["Last-Modified"].Should().Be(whole["Last-Modified"]);
            response.Framing.Should().Be(ResponseFraming.ContentLength);
            string boundary = Regex.Match(response["Content-Type"]!, "^multipart/byteranges; boundary=(?<boundary>[0-9a-f]{32})$")
                .Groups["boundary"].Value;
            boundary.Should().NotBeEmpty();
            response.ContentText.Should().Be(string.Concat(parts.Split(' ').Select(part =>
            {
                int first = int.Parse(part.Split('-')[0], CultureInfo.InvariantCulture),
                    last = int.Parse(part.Split('-')[1], CultureInfo.InvariantCulture);
                return $"\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n"
                    + $"Content-Range: bytes {first}-{last}/10000\r\n\r\n{Content[first..(last + 1)]}";
            })) + $"\r\n--{boundary}--\r\n");
            (await site.SendAsync("HEAD", "/a.txt", "Range: " + range)).Status.Should().Be(200);
        }
    }

    [Theory]
    [InlineData("bytes=5-6,20000-", "5-6")]
    [InlineData("bytes=20000-,-3", "9997-9999")]
    public async Task One_that_is_left_is_sent_as_one(string range, string part)
    {
        foreach (Site site in _sites)
        {
            site.Source.Add("a.txt", Content);

            WireResponse response = await site.GetAsync("/a.txt", "Range: " + range);

            response.Status.Should().Be(206);
            response["Content-Range"].Should().Be($"bytes {part}/10000");
            response["Content-Type"].Should().Be("text/plain; charset=utf-8");
        }
    }

    [Fact]
    public async Task None_that_is_left_is_416()
    {
        foreach (Site site in _sites)
        {
            site.Source.Add("a.txt", Content);

            WireResponse response = await site.GetAsync("/a.txt", "Range: bytes=10000-,20000-30000");

            response.Status.Should().Be(416);
            response["Content-Range"].Should().Be("bytes */10000");
        }
    }

    [Theory]
    [InlineData("bytes=5-6,0-0")] // descending
    [InlineData("bytes=0-5,5-6")] // overlapping
    [InlineData("bytes=0-,0-")]
    [InlineData("bytes=0-9999,-1")]
    [InlineData("bytes=-2,-1")]
    [InlineData("bytes=0-0,x")]
    [InlineData("bytes=0-0,6-5")]
    [InlineData("bytes=0-0,bytes=5-6")]
    public async Task Others_get_the_whole_file(string range)
    {
        foreach (Site site in _sites)
        {
            site.Source.Add("a.txt", Content);

            (await site.GetAsync("/a.txt", "Range: " + range)).Status.Should().Be(200);
        }
    }

    [Fact]
    public async Task An_option_limits_how_many()
    {
        Site[] sites = [
            new Site(), new Site(new StaticFileOptions { MaxRanges = 3 }), new Site(new StaticFileOptions { MaxRanges = 1 })];
        int[] limits = [256, 3, 1];
        foreach ((Site site, int limit) in sites.Zip(limits))
        {
            site.Source.Add("a.txt", Content);

            (await site.GetAsync("/a.txt", "Range: bytes=" + Ranges(limit))).Status.Should().Be(206);
            (await site.GetAsync("/a.txt", "Range: bytes=" + Ranges(limit + 1))).Status.Should().Be(200);
            (await site.GetAsync("/a.txt", "Range: bytes=" + Ranges(limit) + ",99999-")).Status.Should().Be(
                200, "those that are not there count");
        }
    }

    [Fact]
    public async Task A_coded_representation_is_never_sent_in_parts()
    {
        // Content-Encoding would be said of the parts and their heads together, which are not coded.
        foreach (Site site in _sites)
        {
            site.Source.Add("a.txt", Content).Add("a.txt.gz", new string('z', 100));

            (await site.GetAsync("/a.txt", "Accept-Encoding: gzip", "Range: bytes=0-0,5-6")).Status.Should().Be(200);
            (await site.GetAsync("/a.txt", "Accept-Encoding: gzip", "Range: bytes=0-0"))["Content-Range"]
                .Should().Be("bytes 0-0/100");
            (await site.GetAsync("/a.txt", "Range: bytes=0-0,5-6")).Status.Should().Be(206);
        }
    }

    [Fact]
    public async Task Fields_by_path_count()
    {
        Site site = new(
            new StaticFileOptions
            {
                PathHeaders = [
                ("*.tgz", "Content-Encoding", "gzip"), ("*.mine", "Content-Type", "text/mine")]
            });
        site.Source.Add("a.tgz", Content).Add("a.mine", Content);

        (await site.GetAsync("/a.tgz", "Range: bytes=0-0,5-6")).Status.Should().Be(200);
        (await site.GetAsync("/a.mine", "Range: bytes=0-0,5-6")).ContentText.Should().Contain("\r\nContent-Type: text/mine\r\n");
    }

    [Fact]
    public async Task A_stale_If_Range_gets_the_whole_file()
    {
        foreach (Site site in _sites)
        {
            site.Source.Add("a.txt", Content);

            (await site.GetAsync("/a.txt", "Range: bytes=0-0,5-6", "If-Range: \"a\"")).Status.Should().Be(200);
        }
    }

    [Fact]
    public async Task A_file_is_closed_after_its_parts()
    {
        List<ClosingStream> streams = [];
        Site site = _sites[1];
        site.Source.Add("a.txt", Content);
        site.Source.OpenWith = content =>
        {
            streams.Add(new ClosingStream(content));
            return streams[^1];
        };

        (await site.GetAsync("/a.txt", "Range: bytes=0-0,5-6")).Status.Should().Be(206);

        streams.Should().NotBeEmpty().And.OnlyContain(stream => !stream.CanRead);
    }

    private static string Ranges(int count) =>
        string.Join(',', Enumerable.Range(0, count).Select(i => $"{i * 10}-{(i * 10) + 1}"));

    private sealed class ClosingStream(byte[] content) : MemoryStream(content);
}
