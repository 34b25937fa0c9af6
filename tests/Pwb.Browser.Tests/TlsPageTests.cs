using System.Text.Json.Nodes;
using Pwb.Browser.Support;

namespace Pwb.Browser;

/// <summary>TLS as a real browser has it.</summary>
public sealed class TlsPageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const int LargeLength = 3_000_000;

    [SkippableFact]
    public async Task A_page_comes_over_TLS_with_all_that_belongs_to_it()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await StartAsync();
        // Nobody trusts a certificate that has signed itself.
        await page.SendAsync("Security.setIgnoreCertificateErrors", new JsonObject { ["ignore"] = true });

        await page.NavigateAsync(site.Address);

        (await page.EvaluateAsync(
            "location.protocol + ' ' + window.isSecureContext + ' ' + "
                + "performance.getEntriesByType('navigation')[0].nextHopProtocol"))!.GetValue<string>()
                .Should().Be("https: true http/1.1");
        (await page.EvaluateAsync("document.title"))!.GetValue<string>().Should().Be("by script");
        (await page.EvaluateAsync(
            "fetch('/large.bin').then(response => response.arrayBuffer()).then(content => content.byteLength)"))!.GetValue<int>()
            .Should().Be(LargeLength);
        (await page.EvaluateAsync("fetch('/', { method: 'PUT', body: 'x' }).then(response => response.status)"))!.GetValue<int>()
            .Should().Be(405);
        site.Exchanges.Entries.Select(exchange => exchange.ToString()).Should().Contain(
            ["GET / 200", "GET /app.js 200", "GET /large.bin 200"]);
    }

    [SkippableFact]
    public async Task Without_TLS_the_page_says_what_to_do()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await StartAsync();

        await page.NavigateAsync($"http://localhost:{site.Port}/");

        (await page.EvaluateAsync("document.body.innerText"))!.GetValue<string>().Should().Contain(
            "This port speaks TLS: use https.");
        site.Exchanges.Entries.Should().BeEmpty();
    }

    [SkippableFact]
    public async Task A_certificate_that_nobody_trusts_is_the_browser_s_to_refuse()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await StartAsync();

        JsonObject answer = await page.SendAsync("Page.navigate", new JsonObject { ["url"] = site.Address });

        ((string?)answer["errorText"]).Should().Be(
            "net::ERR_CERT_AUTHORITY_INVALID", "name, dates and purpose are as they should be");
        site.Exchanges.Entries.Should().BeEmpty();
    }

    private static Task<TestSite> StartAsync() => TestSite.StartAsync(
        folder =>
        {
            File.WriteAllText(
                Path.Combine(folder, "index.html"),
                "<!doctype html><title>page</title><link rel=icon href=data:,><script src=/app.js></script>");
            File.WriteAllText(Path.Combine(folder, "app.js"), "document.title = 'by script';");
            File.WriteAllBytes(Path.Combine(folder, "large.bin"), new byte[LargeLength]);
        },
        tls: new TlsOptions(ServerCertificate.SelfSigned()));
}
