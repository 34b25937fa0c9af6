using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pwb.StaticFiles;

namespace Pwb.Tests.StaticFiles;

public sealed class DirectoryListingTests
{
    private static readonly DateTimeOffset Date = new(2026, 11, 22, 11, 54, 31, 500, TimeSpan.FromHours(2));

    private static readonly ContentInfo[] Entries = [File("a.txt", 3), Directory("sub"), File("\u4F60\u597D.html", 1234)];

    [Theory]
    [InlineData(null, "text/html; charset=utf-8")]
    [InlineData("", "text/html; charset=utf-8")]
    [InlineData("*/*", "text/html; charset=utf-8")]
    [InlineData(
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", "text/html; charset=utf-8")]
    [InlineData("application/json, text/html", "text/html; charset=utf-8")]
    [InlineData("image/png", "text/html; charset=utf-8")]
    [InlineData("application/json;q=0, */*", "text/html; charset=utf-8")]
    [InlineData("application/json", "application/json")]
    [InlineData("application/json, text/plain, */*", "text/html; charset=utf-8")]
    [InlineData("application/json, */*;q=0.1", "application/json")]
    [InlineData("text/html;q=0.5, application/json;q=0.6", "application/json")]
    [InlineData("text/html;q=0, */*", "application/json")]
    public void Is_what_Accept_prefers_and_HTML_in_doubt(string? accept, string expected)
    {
        HttpResponse response = DirectoryListing.Create(
            "", Entries, accept is null ? new HttpRequest("GET", "/") : new HttpRequest("GET", "/", null, ("Accept", accept)));

        response.StatusCode.Should().Be(200);
        response.Headers["Content-Type"].Should().Be(expected);
        response.Headers["Vary"].Should().Be("Accept");
    }

    [Fact]
    public async Task The_JSON_has_what_the_page_has()
    {
        string json = await ContentAsync("", Entries, "/?sort=size&order=desc", ("Accept", "application/json"));

        json.Should().Be("""[{"name":"sub","type":"directory","modified":"2026-11-22T09:54:31Z"},""" +
            "{\"name\":\"\u4F60\u597D.html\",\"type\":\"file\",\"size\":1234,\"modified\":\"2026-11-22T09:54:31Z\"}," +
            """{"name":"a.txt","type":"file","size":3,"modified":"2026-11-22T09:54:31Z"}]""");
    }

    [Fact]
    public async Task An_empty_directory_says_so()
    {
        (await ContentAsync("", [], "/", ("Accept", "application/json"))).Should().Be("[]");
        (await ContentAsync("", [], "/")).Should().Contain("<p>This directory is empty.</p>").And.NotContain("Parent");
    }

    [Fact]
    public async Task The_page_links_to_everything_and_shows_its_size_and_its_date_in_UTC()
    {
        string page = await ContentAsync("", Entries, "/");

        Rows(page).Should().Equal(
            "<a class=\"d\" href=\"sub/\"><span><bdi>sub</bdi>/</span></a></td><td></td><td><time "
                + "datetime=\"2026-11-22T09:54:31Z\">2026-11-22 09:54</time>",
            "<a href=\"a.txt\"><span><bdi>a.txt</bdi></span></a></td><td title=\"3 bytes\">3 B</td><td><time "
                + "datetime=\"2026-11-22T09:54:31Z\">2026-11-22 09:54</time>",
            "<a href=\"%E4%BD%A0%E5%A5%BD.html\"><span><bdi>\u4F60\u597D.html</bdi></span></a></td><td title=\"1,234 "
                + "bytes\">1.2 kB</td>" +
            "<td><time datetime=\"2026-11-22T09:54:31Z\">2026-11-22 09:54</time>");
        page.Should().Contain("<title>/</title>").And.Contain("<p>1 directory, 2 files, 1.2 kB</p>").And.NotContain("<script");
    }

    [Fact]
    public async Task The_breadcrumbs_lead_to_every_directory_above()
    {
        string page = await ContentAsync("a b/<c>/d", [], "/a%20b/%3Cc%3E/d/");

        page.Should().Contain("<title>/a b/&lt;c&gt;/d/</title>");
        page.Should().Contain(
            "<a class=\"root\" aria-label=\"Root\" href=\"../../../\"></a><span>/</span><a href=\"../../\"><bdi>a "
                + "b</bdi></a><span>/</span>" +
                "<a href=\"../\"><bdi>&lt;c&gt;</bdi></a><span>/</span><b><bdi>d</bdi></b></h1>");
        Rows(page).Should().Equal("<a class=\"u\" href=\"../\"><span>Parent directory</span></a></td><td></td><td>");
    }

    [Fact]
    public async Task The_headings_ask_for_another_order_by_forms()
    {
        string page = await ContentAsync("x", Entries, "/x/?sort=date&order=asc");

        page.Should().Contain(
            "<tr>" + Heading("", "name", "asc", "Name") + Heading("", "size", "desc", "Size")
                + Heading(" aria-sort=\"ascending\"", "date", "desc", "Modified (UTC)") + "</tr>");
        page.Should().Contain("href=\"sub/\"").And.Contain("href=\"../\"").And.Contain("href=\"a.txt\"");

        static string Heading(string sort, string column, string order, string title) =>
            $"<th{sort}><form><input type=\"hidden\" name=\"sort\" "
                + $"value=\"{column}\"><input type=\"hidden\" name=\"order\" "
                + $"value=\"{order}\"><button>{title}</button></form></th>";
    }

    [Theory]
    [InlineData(
        "<img src=x onerror=alert(1)>", "%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E", "&lt;img src=x onerror=alert(1)&gt;")]
    [InlineData("\"'&amp;", "%22%27%26amp%3B", "&quot;&#39;&amp;amp;")]
    [InlineData("javascript:alert(1)", "javascript%3Aalert%281%29", "javascript:alert(1)")]
    [InlineData("//evil.example", "%2F%2Fevil.example", "//evil.example")]
    [InlineData("a b", "a%20b", "a b")]
    [InlineData("%41", "%2541", "%41")]
    [InlineData("?x#y;z", "%3Fx%23y%3Bz", "?x#y;z")]
    [InlineData("~-_.a", "~-_.a", "~-_.a")]
    [InlineData("evil\u202Egpj.exe", "evil%E2%80%AEgpj.exe", "evil<i>U+202E</i>gpj.exe")]
    [InlineData(
        "\u2066\u2067\u2068\u2069\u202A\u202B\u202C\u202D", null,
        "<i>U+2066</i><i>U+2067</i><i>U+2068</i><i>U+2069</i><i>U+202A</i><i>U+202B</i><i>U+202C</i><i>U+202D</i>")]
    [InlineData(
        "\0\n\u001F\u007F\u0085\u009F", null, "<i>U+0000</i><i>U+000A</i><i>U+001F</i><i>U+007F</i><i>U+0085</i><i>U+009F</i>")]
    [InlineData("\u2028\u200B\uFEFF", null, "<i>U+2028</i><i>U+200B</i><i>U+FEFF</i>")]
    // Marks and joiners that scripts need.
    [InlineData("\u05D0\u200F\u200D\u00A0", "%D7%90%E2%80%8F%E2%80%8D%C2%A0", "\u05D0\u200F\u200D\u00A0")]
    [InlineData("\U0001F389", "%F0%9F%8E%89", "\U0001F389")]
    public async Task Names_are_text_whatever_they_look_like(string name, string? target, string text)
    {
        string row = Rows(await ContentAsync("", [File(name, 1)], "/")).Should().ContainSingle().Subject;

        row.Should().Contain($"<bdi>{text}</bdi>").And.StartWith("<a href=\"" + target);
        using JsonDocument json = JsonDocument.Parse(
            await ContentAsync("", [File(name, 1)], "/", ("Accept", "application/json")));
        json.RootElement[0].GetProperty("name").GetString().Should().Be(name);
    }

    [Fact] // a name on disk that is no UTF-8, or no UTF-16
    public async Task A_broken_name_is_shown_with_a_replacement_character()
    {
        string name = "a" + (char)0xD800 + "b";

        Rows(await ContentAsync("", [File(name, 1)], "/")).Should().ContainSingle()
            .Which.Should().StartWith("<a href=\"a%EF%BF%BDb\"><span><bdi>a\uFFFDb</bdi>");
        using JsonDocument json = JsonDocument.Parse(
            await ContentAsync("", [File(name, 1)], "/", ("Accept", "application/json")));
        json.RootElement[0].GetProperty("name").GetString().Should().Be("a\uFFFDb");
    }

    [Fact]
    public async Task No_BMP_character_in_a_name_makes_markup_or_leaves_its_link()
    {
        var safe = new Regex(
            "^<a href=\"([A-Za-z0-9._~-]|%[0-9A-F]{2})*\"><span><bdi>"
                + "([^<>\"'&\0-\u001F\u007F-\u009F]|&(amp|lt|gt|quot|#39);|<i>U\\+[0-9A-F]{4}</i>)*</bdi></span></a></td>",
            RegexOptions.ExplicitCapture);
        ContentInfo[] entries = [.. Enumerable.Range(0, 0x10000).Select(value => File($"x{(char)value}y", 1))];

        List<string> rows = [];
        foreach (ContentInfo[] page in entries.Chunk(DirectoryListing.PageLength))
            rows.AddRange(Rows(await ContentAsync("", page, "/")));

        rows.Should().HaveCount(0x10000);
        rows.Where(row => !safe.IsMatch(row)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(0, "0 bytes", "0 B")]
    [InlineData(1, "1 byte", "1 B")]
    [InlineData(999, "999 bytes", "999 B")]
    [InlineData(1000, "1,000 bytes", "1.0 kB")]
    [InlineData(9949, "9,949 bytes", "9.9 kB")]
    [InlineData(9950, "9,950 bytes", "10 kB")]
    [InlineData(999_499, "999,499 bytes", "999 kB")]
    [InlineData(999_500, "999,500 bytes", "1.0 MB")]
    [InlineData(5_000_000_000, "5,000,000,000 bytes", "5.0 GB")]
    [InlineData(long.MaxValue, "9,223,372,036,854,775,807 bytes", "9.2 EB")]
    public async Task Sizes_have_two_digits_or_three_and_a_title_with_all(long length, string title, string text)
    {
        (await ContentAsync("", [File("x", length)], "/")).Should().Contain($"<td title=\"{title}\">{text}</td>");
    }

    [Fact]
    public async Task The_policy_allows_the_style_of_the_page_and_nothing_else()
    {
        HttpResponse response = DirectoryListing.Create("", Entries, new HttpRequest("GET", "/"));
        string page = await TextAsync(response);
        string style = Regex.Match(page, "<style>(?<css>.*?)</style>", RegexOptions.Singleline).Groups["css"].Value;

        response.Headers["Content-Security-Policy"].Should().Be(
            $"default-src 'none'; img-src data:; style-src "
                + $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'; base-uri 'none'; "
                + $"form-action 'self'");
        page.Should().NotContain("style=").And.NotContain("src=").And.NotContain("http://localhost");
    }

    [Fact]
    public void Dates_at_both_ends_of_the_calendar_are_shown()
    {
        ContentInfo[] entries = [
            File("a", 1) with { LastModified = DateTimeOffset.MinValue },
            File("b", 1) with { LastModified = DateTimeOffset.MaxValue }];

        FluentActions.Invoking(() => DirectoryListing.Create("", entries, new HttpRequest("GET", "/"))).Should().NotThrow();
        FluentActions.Invoking(
            () => DirectoryListing.Create("", entries, new HttpRequest("GET", "/", null, ("Accept", "application/json"))))
            .Should().NotThrow();
    }

    private static ContentInfo File(string name, long length) => new(name, IsDirectory: false, length, Date);

    private static ContentInfo Directory(string name) => new(name, IsDirectory: true, 0, Date);

    private static string[] Rows(string page) =>
        [.. Regex.Matches(page, "^<tr><td>(?<row>.*)</td></tr>$", RegexOptions.Multiline).Select(
            match => match.Groups["row"].Value)];

    private static Task<string> ContentAsync(
        string path, ContentInfo[] entries, string target, params (string Name, string Value)[] headers) =>
        TextAsync(DirectoryListing.Create(path, entries, new HttpRequest("GET", target, null, headers)));

    private static async Task<string> TextAsync(HttpResponse response)
    {
        MemoryStream output = new();
        await response.Body.WriteToAsync(output, CancellationToken.None);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
