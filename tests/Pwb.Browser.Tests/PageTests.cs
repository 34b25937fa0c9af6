using System.Globalization;
using System.IO.Compression;
using Pwb.Browser.Support;

namespace Pwb.Browser;

/// <summary>
/// A page with all that pages have, in a real browser: what it asks for, what it gets, and whether it is content with that.
/// </summary>
public sealed class PageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string MetadataLoaded = """
        new Promise((resolve, reject) => {
          const video = document.querySelector('video');
          video.onerror = () => reject(video.error.message);
          if (video.readyState > 0) resolve(video.videoWidth);
          else video.onloadedmetadata = () => resolve(video.videoWidth);
        })
        """;

    private const string SeekedToTheEnd = """
        new Promise((resolve, reject) => {
          const video = document.querySelector('video');
          video.onerror = () => reject(video.error.message);
          video.onseeked = () => resolve(video.readyState);
          video.currentTime = 19;
        })
        """;

    private static readonly string[] Precompressed = ["index.html", "style.css", "app.js"];

    [SkippableFact]
    public async Task A_first_visit_gets_everything_and_the_console_is_silent()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await StartAsync();

        await VisitAsync(page, site);

        (await page.EvaluateAsync("getComputedStyle(document.querySelector('h1')).color"))!.GetValue<string>()
            .Should().Be("rgb(1, 2, 3)");
        (await page.EvaluateAsync("document.querySelector('img').naturalWidth"))!.GetValue<int>().Should().Be(48);
        (await page.EvaluateAsync(MetadataLoaded))!.GetValue<int>().Should().Be(160);
        Lines(site).Should().BeEquivalentTo(
            "GET / 200 br",
            "GET /style.css 200 br",
            "GET /app.js 200 br",
            "GET /greeting.mjs 200",
            "GET /picture.png 200",
            "GET /empty.wasm 200",
            "GET /data.json 200",
            "GET /video.mp4 206",
            "GET /favicon.ico 200");
        site.Exchanges.Entries.Where(exchange => exchange.Range is null)
            .Should().OnlyHaveUniqueItems(exchange => exchange.Target);
        AssertPanel(page, 200);
    }

    [SkippableFact]
    public async Task A_reload_gets_304_for_everything()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await StartAsync();
        await VisitAsync(page, site);
        site.Exchanges.Clear();

        await page.ReloadAsync();
        (await page.EvaluateAsync("ready"))!.GetValue<string>().Should().Be("hello PWB");
        (await page.EvaluateAsync(MetadataLoaded))!.GetValue<int>().Should().Be(160);

        // The video and the icon are asked for again when the browser thinks it fit.
        Lines(site)
            .Where(line =>
                !line.Contains("video", StringComparison.Ordinal)
                    && !line.Contains("favicon", StringComparison.Ordinal)).Should().BeEquivalentTo(
                "GET / 304",
                "GET /style.css 304",
                "GET /app.js 304",
                "GET /greeting.mjs 304",
                "GET /picture.png 304",
                "GET /empty.wasm 304",
                "GET /data.json 304");
        AssertPanel(page, 304);
    }

    [SkippableFact]
    public async Task A_seek_gets_206_from_the_middle_of_the_file()
    {
        const int HaveCurrentData = 2;
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await StartAsync();
        await VisitAsync(page, site);
        await page.EvaluateAsync(MetadataLoaded);
        site.Exchanges.Clear();

        (await page.EvaluateAsync(SeekedToTheEnd))!.GetValue<int>().Should().BeGreaterThanOrEqualTo(HaveCurrentData);

        IReadOnlyList<Exchange> seeks = site.Exchanges.Entries;
        seeks.Should().NotBeEmpty().And.OnlyContain(exchange => exchange.Target == "/video.mp4" && exchange.Status == 206);
        seeks.Should().Contain(exchange => FirstByte(exchange) >= LargeVideo.GapLength);
        page.Complaints.Should().BeEmpty();
    }

    [SkippableFact]
    public async Task A_link_to_a_Chinese_name_leads_there()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await StartAsync();
        await VisitAsync(page, site);

        await page.FollowAsync("a");

        (await page.EvaluateAsync("document.title"))!.GetValue<string>().Should().Be("\u4F60\u597D\uFF0CPWB");
        AssertPanel(page, 200);
    }

    [SkippableFact]
    public async Task What_is_not_there_is_a_page_and_a_complaint_of_the_browser()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await StartAsync();
        await File.WriteAllTextAsync(Path.Combine(site.Folder, "404.html"), "<!DOCTYPE html><title>not here</title>");

        await page.NavigateAsync(site.Address + "/a/b/c");

        (await page.EvaluateAsync("document.title"))!.GetValue<string>().Should().Be("not here");
        page.Network.Single(entry => !entry.IsIcon).Status.Should().Be(404);
        page.Complaints.Should().OnlyContain(line => line.Contains("status of 404", StringComparison.Ordinal));
    }

    private static Task<TestSite> StartAsync() => TestSite.StartAsync(folder =>
    {
        TestSite.Copy("Site", folder);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "SampleSite", "favicon.ico"), Path.Combine(folder, "favicon.ico"));
        File.WriteAllBytes(Path.Combine(folder, "empty.wasm"), "\0asm\u0001\0\0\0"u8);
        LargeVideo.Write(Path.Combine(AppContext.BaseDirectory, "Site", "video.mp4"), Path.Combine(folder, "video.mp4"));
        foreach (string name in Precompressed)
        {
            byte[] content = File.ReadAllBytes(Path.Combine(folder, name));
            using BrotliStream brotli = new(File.Create(Path.Combine(folder, name + ".br")), CompressionLevel.Optimal);
            brotli.Write(content);
            using GZipStream gzip = new(File.Create(Path.Combine(folder, name + ".gz")), CompressionLevel.Optimal);
            gzip.Write(content);
        }
    });

    private static async Task VisitAsync(BrowserPage page, TestSite site)
    {
        await page.NavigateAsync(site.Address + "/");
        (await page.EvaluateAsync("ready"))!.GetValue<string>().Should().Be("hello PWB");

        // The icon comes when the browser finds the time.
        await site.Exchanges.WaitUntilAsync(
            exchanges => exchanges.Any(exchange => exchange.Target == "/favicon.ico"), page.Deadline);
    }

    private static void AssertPanel(BrowserPage page, int status)
    {
        page.Complaints.Should().BeEmpty();
        page.Network.Where(entry => entry.Kind != "Media" && !entry.IsIcon).Should().NotBeEmpty()
            .And.OnlyContain(entry => entry.Status == status && entry.Failure == null);
    }

    /// <summary>What was asked for, each once: a browser takes a video in as many parts as it likes.</summary>
    private static IEnumerable<string> Lines(TestSite site) =>
        site.Exchanges.Entries.Select(exchange => exchange.ToString()).Distinct(StringComparer.Ordinal);

    private static long FirstByte(Exchange exchange) =>
        long.Parse(exchange.ContentRange!.Split(' ', '-')[1], CultureInfo.InvariantCulture);
}
