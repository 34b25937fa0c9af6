using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>S6 through the handler: requests for a directory that is listed.</summary>
public sealed class ListingRequestTests
{
    private const string Json = "Accept: application/json";

    private readonly Site _site = new(
        new StaticFileOptions
        {
            ListDirectories = true,
            Headers = [("Link", "</a.css>; rel=preload"), ("Link", "</b.css>; rel=preload")],
        });

    [Theory]
    [InlineData(200, "X-None: x")]
    [InlineData(304, "If-None-Match: *")]
    [InlineData(200, "If-None-Match: \"a\"")]
    [InlineData(200, "If-Match: *")]
    [InlineData(412, "If-Match: \"a\"")]
    [InlineData(412, "If-Match: W/\"a\", \"b\"")]
    [InlineData(304, "If-Match: *\r\nIf-None-Match: *")]
    [InlineData(412, "If-Match: \"a\"\r\nIf-None-Match: *")]
    [InlineData(200, "If-Modified-Since: Sun, 06 Nov 2094 07:49:37 GMT")] // it has no date
    [InlineData(200, "If-Unmodified-Since: Sun, 06 Nov 1904 07:49:37 GMT")]
    [InlineData(200, "Range: bytes=0-0")]
    public async Task Preconditions_hold_for_it_too(int status, string fields)
    {
        _site.Source.Add("docs/a", "a");

        foreach (string method in (string[])["GET", "HEAD"])
        {
            foreach (string accept in (string[])["Accept: text/html", Json])
            {
                WireResponse response = await _site.SendAsync(method, "/docs/", accept, fields);

                response.Status.Should().Be(status);
                if (status == 304) response["Vary"].Should().Be("Accept");
                if (status == 304) response["Cache-Control"].Should().Be("no-cache");
            }
        }
    }

    [Fact]
    public async Task A_directory_that_cannot_be_listed_is_403_whatever_the_preconditions_say()
    {
        _site.Source.Add("docs/a", "a");
        _site.Source.ListFailure = new UnauthorizedAccessException("no");

        (await _site.GetAsync("/docs/", "If-None-Match: *")).Status.Should().Be(403);
    }

    [Fact]
    public async Task Two_lines_of_one_name_are_both_kept()
    {
        _site.Source.Add("docs/a", "a");

        WireResponse response = await _site.GetAsync("/docs/");

        response["Link"].Should().Be("</a.css>; rel=preload, </b.css>; rel=preload");
        response["Cache-Control"].Should().Be("no-cache");
        response["X-Content-Type-Options"].Should().Be("nosniff");
    }

    [Theory]
    [InlineData("")]
    [InlineData("?sort=size&order=desc")]
    [InlineData("?sort=date&order=asc")]
    public async Task All_names_are_reached_page_by_page_and_each_once(string query)
    {
        for (int i = 0; i < 2_345; i++)
            _site.Source.Add(
                string.Create(CultureInfo.InvariantCulture, $"docs/{i:D4} \u4F60&?#:.txt"), new string('x', i % 7),
                MemorySource.OneHourAgo.AddSeconds(i % 5));
        _site.Source.Add("docs/sub/a", "");
        List<string> names = [];
        List<int> counts = [];
        string? next = query;
        while (next is not null)
        {
            WireResponse response = await _site.GetAsync("/docs/" + next, Json);
            using JsonDocument page = JsonDocument.Parse(response.Content);
            names.AddRange(page.RootElement.EnumerateArray().Select(entry => entry.GetProperty("name").GetString()!));
            counts.Add(page.RootElement.GetArrayLength());
            Match link = Regex.Match(response["Link"]!, "<(?<target>\\?[^>]*)>; rel=\"next\"");
            next = link.Success ? link.Groups["target"].Value : null;
        }

        counts.Should().Equal(1000, 1000, 346);
        names.Should().OnlyHaveUniqueItems().And.HaveElementAt(0, "sub");
    }

    [Theory]
    [InlineData("?after=")]
    [InlineData("?after=x")]
    [InlineData("?after=f")]
    [InlineData("?after=f12")]
    [InlineData("?after=q/a")]
    [InlineData("?after=fx/a")]
    [InlineData("?sort=date&after=f99999999999999999999/a")]
    [InlineData("?sort=date&after=f9223372036854775807/a")]
    [InlineData("?sort=date&after=f-1/a")]
    public async Task A_malformed_place_to_go_on_from_is_the_beginning(string query)
    {
        _site.Source.Add("docs/b", "b");

        (await _site.GetAsync("/docs/" + query, Json)).ContentText.Should().Contain("\"b\"");
    }

    [Fact]
    public async Task The_page_has_no_link_by_which_a_mirror_would_get_it_in_every_order()
    {
        for (int i = 0; i < 1_001; i++) _site.Source.Add(string.Create(CultureInfo.InvariantCulture, $"docs/{i:D4}:x.txt"), "");
        _site.Source.Add("docs/sub/a", "");

        foreach (string query in (string[])["", "?sort=size&order=desc"])
        {
            WireResponse response = await _site.GetAsync("/docs/" + query);
            string[] links = [
                .. Regex.Matches(response.ContentText, "<a [^>]*href=\"(?<target>[^\"]*)\"").Select(
                    match => match.Groups["target"].Value)];

            links.Where(
                link => link.Contains("sort=", StringComparison.Ordinal) && !link.Contains("after=", StringComparison.Ordinal))
                .Should().BeEmpty();
            links.Should().Contain("sub/").And.Contain("0000%3Ax.txt")
                .And.NotContain(link => link.StartsWith("./", StringComparison.Ordinal) && link.Length > 2);
            response.ContentText.Should().Contain("<input type=\"hidden\" name=\"sort\" value=\"size\">");
        }
    }

    [Fact]
    public async Task The_page_leads_to_the_next_one_and_back_to_the_first()
    {
        for (int i = 0; i < 2_001; i++) _site.Source.Add(string.Create(CultureInfo.InvariantCulture, $"docs/{i:D4}"), "x");

        string first = (await _site.GetAsync("/docs/")).ContentText;
        string second = (await _site.GetAsync("/docs/?after=f/0999")).ContentText;
        string last = (await _site.GetAsync("/docs/?after=f/1999")).ContentText;

        first.Should().Contain("<a rel=\"next\" href=\"?after=f/0999\">").And.NotContain("First page");
        second.Should().Contain("<a rel=\"next\" href=\"?after=f/1999\">").And.Contain("<a href=\"./\">First page</a>")
            .And.Contain("1000").And.NotContain("0999<");
        last.Should().NotContain("rel=\"next\"").And.Contain("<a href=\"./\">First page</a>");
        foreach (string page in (string[])[first, second, last]) page.Should().Contain("2,001 files, 2.0 kB");
    }

    [Theory]
    [InlineData("?filter=NAIVE", "na\u00EFve.txt")]
    [InlineData("?filter=a+b", "a b.txt")]
    [InlineData("?filter=%C3%AFve&sort=size", "na\u00EFve.txt")]
    [InlineData("?filter=%E4%BD%A0", "\u4F60\u597D.txt")]
    [InlineData("?filter=nothing", "")]
    [InlineData("?filter=", "a b.txt na\u00EFve.txt \u4F60\u597D.txt")]
    public async Task A_filter_shows_the_names_that_hold_a_text(string query, string names)
    {
        _site.Source.Add("docs/na\u00EFve.txt", "1").Add("docs/a b.txt", "12").Add("docs/\u4F60\u597D.txt", "123");

        WireResponse json = await _site.GetAsync("/docs/" + query, Json);

        using JsonDocument document = JsonDocument.Parse(json.Content);
        string.Join(' ', document.RootElement.EnumerateArray().Select(entry => entry.GetProperty("name").GetString()))
            .Should().Be(names);
    }

    [Fact]
    public async Task What_is_looked_for_stays_in_the_page_its_orders_and_its_next_page()
    {
        for (int i = 0; i < 1002; i++) _site.Source.Add($"docs/a&{i}", "").Add($"docs/b{i}", "");

        WireResponse page = await _site.GetAsync("/docs/?filter=A%26&sort=size&order=desc", "Accept: text/html");

        page.ContentText.Should().Contain(
            "<input type=\"search\" name=\"filter\" aria-label=\"Part of a name\" value=\"A&amp;\">")
            .And.Contain("<input type=\"hidden\" name=\"filter\" value=\"A&amp;\"><button>Name</button>")
            .And.Contain("1,002 files").And.Contain("<a href=\"./?sort=size&amp;order=desc\">Show all</a>")
            .And.Contain("<a rel=\"next\" href=\"?sort=size&amp;order=desc&amp;filter=A%26&amp;after=f0/");
        (await _site.GetAsync("/docs/?filter=no", "Accept: text/html")).ContentText.Should().Contain("No name holds that.");
    }

    [Fact]
    public async Task A_short_listing_has_nothing_to_look_for()
    {
        _site.Source.Add("docs/a", "");

        (await _site.GetAsync("/docs/", "Accept: text/html")).ContentText.Should().NotContain("role=\"search\"");
    }
}
