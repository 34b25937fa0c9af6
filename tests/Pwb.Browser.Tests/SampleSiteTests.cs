using Pwb.Browser.Support;

namespace Pwb.Browser;

/// <summary>samples/site: the tutorial's question about favicon.ico, answered.</summary>
public sealed class SampleSiteTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [SkippableFact]
    public async Task The_browser_asks_for_the_icon_unasked_and_gets_it()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await StartAsync();

        await page.NavigateAsync(site.Address + "/");
        IReadOnlyList<Exchange> exchanges = await site.Exchanges.WaitUntilAsync(
            all => all.Any(exchange => exchange.Target == "/favicon.ico"), page.Deadline);

        exchanges.Select(exchange => exchange.ToString()).Should().BeEquivalentTo(
            "GET / 200", "GET /style.css 200", "GET /requests.svg 200", "GET /favicon.ico 200");
        exchanges.Single(exchange => exchange.Target == "/favicon.ico").ContentType.Should().Be("image/vnd.microsoft.icon");
        page.Complaints.Should().BeEmpty();
    }

    [SkippableFact]
    public async Task The_icon_is_a_picture_to_the_browser()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await StartAsync();
        await page.NavigateAsync(site.Address + "/");

        (await page.EvaluateAsync(
            "(async () => { const icon = new Image(); icon.src = '/favicon.ico'; await icon.decode(); return "
                + "icon.naturalWidth; })()"))!
            .GetValue<int>().Should().BeOneOf(16, 32, 48);
    }

    [SkippableTheory]
    [InlineData("/", "hello PWB")]
    [InlineData("/favicon.html", "Why does the browser ask for favicon.ico?")]
    [InlineData("/zh", "\u4F60\u597D\uFF0CPWB")]
    public async Task Every_page_is_whole_and_every_link_leads_somewhere_but_to_nowhere(string path, string title)
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await StartAsync();

        await page.NavigateAsync(site.Address + path);

        (await page.EvaluateAsync("document.title"))!.GetValue<string>().Should().Be(title);
        page.Network.Should().NotContain(entry => entry.Failure != null || entry.Status >= 400);
        page.Complaints.Should().BeEmpty();
        string links =
            (await page.EvaluateAsync(
                "Promise.all([...document.links].map(async link => `${new URL(link.href).pathname} ${(await "
                    + "fetch(link.href)).status}`)).then(lines => lines.join('\\n'))"))!.GetValue<string>();
        links.Split('\n').Where(line => !line.EndsWith(" 200", StringComparison.Ordinal)).Should().BeSubsetOf(["/nowhere 404"]);
    }

    [SkippableFact]
    public async Task Nowhere_has_a_page_of_its_own()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await StartAsync();

        await page.NavigateAsync(site.Address + "/deep/down/nowhere");

        (await page.EvaluateAsync("document.querySelector('h1').textContent"))!.GetValue<string>().Should().Be("Nothing here");
        page.Network.Where(entry => !entry.IsIcon).Select(entry => (entry.Address.AbsolutePath, entry.Status))
            .Should().BeEquivalentTo([("/deep/down/nowhere", 404), ("/style.css", 200)]);
    }

    private static Task<TestSite> StartAsync() => TestSite.StartAsync(folder => TestSite.Copy("SampleSite", folder));
}
