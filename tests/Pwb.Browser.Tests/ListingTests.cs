using System.Text.Json.Nodes;
using Pwb.Browser.Support;

namespace Pwb.Browser;

/// <summary>The listing of a directory, in a real browser.</summary>
public sealed class ListingTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Names = "[...document.querySelectorAll('tbody bdi')].map(name => name.textContent)";

    // The contrast of text with its background, by the formula of WCAG 2.2.
    private const string Contrasts = """
        (() => {
          const luminance = color => {
            const [r, g, b] = color.match(/[\d.]+/g).map(part => part / 255)
              .map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
            return .2126 * r + .7152 * g + .0722 * b;
          };
          const page = luminance(getComputedStyle(document.body).backgroundColor);
          return [...document.querySelectorAll('h1 a, h1 span, th button, td a, td, i, p')]
            .map(element => luminance(getComputedStyle(element).color))
            .map(text => (Math.max(text, page) + .05) / (Math.min(text, page) + .05));
        })()
        """;

    private static readonly StaticFileOptions Options = new() { ListDirectories = true };

    /// <summary>What a name may hold on Linux, without what is never served: a control character.</summary>
    private static readonly string[] OddNames =
    [
        "<img src=x onerror=alert(1)>", "\"'onmouseover='alert(1)'", "a&amp;b", "a b", "  two  blanks", "%41", "%2e%2e%2f",
        "?query=1", "#fragment", "a;b=c", "it's", "~tilde",
        "[1]", "{x}", "a+b", "javascript:alert(1)", "a\\b", "ends in a dot.", "in a blank ", "aux.c", "a=b&c=d",
        "\u4F60\u597D.txt", "\u05DE\u05E1\u05DE\u05DA 2026.pdf", "\u0645\u0633\u062A\u0646\u062F.docx", "na\u00EFve",
        "\U0001F389.png",
        "evil\u202Egpj.exe", "zero\u200Bwidth", new('x', 251), "<style>",
    ];

    [SkippableFact]
    public async Task Every_name_is_shown_as_text_and_its_link_leads_to_it()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await TestSite.StartAsync(AddOddNames, Options);

        await page.NavigateAsync(site.Address + "/");

        (await ReadAsync(page, Names)).Should().BeEquivalentTo(
            ServedNames().Select(
                name =>
                    name.Replace("\u202E", "U+202E", StringComparison.Ordinal).Replace(
                        "\u200B", "U+200B", StringComparison.Ordinal)));
        (await page.EvaluateAsync("document.querySelectorAll('img, script').length"))!.GetValue<int>().Should().Be(0);
        page.Network.Should().ContainSingle("the page needs nothing else, not even an icon").Which.Status.Should().Be(200);
        page.Complaints.Should().BeEmpty();

        // Each file holds its own name, so what a link gets can be compared with what it was made for. The listing itself may
        // fetch nothing: another page does.
        JsonNode links = (await page.EvaluateAsync("[...document.querySelectorAll('tbody a')].map(link => link.href)"))!;
        await page.NavigateAsync(site.Address + "/nowhere");
        (await ReadAsync(page, $"Promise.all({links.ToJsonString()}.map(async link => (await fetch(link)).text()))"))
            .Should().BeEquivalentTo(ServedNames());
    }

    [SkippableFact]
    public async Task The_headings_sort_and_no_order_is_in_a_link()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await TestSite.StartAsync(AddTree, Options);
        await page.NavigateAsync(site.Address + "/");
        (await ReadAsync(page, Names)).Should().Equal("folder", "a", "b", "c");

        await page.FollowAsync("th:nth-child(2) button");
        (await ReadAsync(page, Names)).Should().Equal("folder", "b", "c", "a");
        await page.FollowAsync("th[aria-sort] button");
        (await ReadAsync(page, Names)).Should().Equal("folder", "a", "c", "b");
        await page.FollowAsync("tbody a.d");
        (await ReadAsync(page, Names)).Should().Equal("large", "small");
        await page.FollowAsync("a.root");
        (await ReadAsync(page, Names)).Should().Equal("folder", "a", "b", "c");
        page.Complaints.Should().BeEmpty();
    }

    [SkippableTheory]
    [InlineData(1200, 800, false)]
    [InlineData(390, 844, true)]
    [InlineData(320, 568, true)]
    public async Task Nothing_is_wider_than_the_screen_and_everything_can_be_read_in_light_and_dark(
        int width, int height, bool isMobile)
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await TestSite.StartAsync(AddOddNames, Options);
        HashSet<string> backgrounds = [];
        foreach (bool isDark in (bool[])[false, true])
        {
            await page.LookLikeAsync(width, height, isMobile, isDark);
            await page.NavigateAsync(site.Address + "/");

            (await page.EvaluateAsync("document.documentElement.scrollWidth"))!.GetValue<int>()
                .Should().BeLessThanOrEqualTo(width);
            double[] contrasts = [
                .. (await page.EvaluateAsync(Contrasts))!.AsArray().Select(contrast => contrast!.GetValue<double>())];
            contrasts.Should().NotBeEmpty().And.OnlyContain(contrast => contrast >= 4.5, "WCAG 2.2 asks for it (1.4.3, AA)");
            backgrounds.Add((await page.EvaluateAsync("getComputedStyle(document.body).backgroundColor"))!.GetValue<string>());
        }

        backgrounds.Should().HaveCount(2);
    }

    [SkippableTheory]
    [InlineData("/")]
    [InlineData("/?filter=a")]
    [InlineData("/?filter=no+such+name")]
    public async Task Axe_finds_nothing_that_keeps_anybody_out(string target)
    {
        string? axe = Environment.GetEnvironmentVariable("PWB_AXE");
        Skip.If(axe is null, "NO AXE: PWB_AXE does not name axe.min.js, of the npm package axe-core.");
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await TestSite.StartAsync(AddOddNames, Options);
        foreach (bool isDark in (bool[])[false, true])
        {
            await page.LookLikeAsync(1200, 800, isMobile: false, isDark);
            await page.NavigateAsync(site.Address + target);
            await page.EvaluateAsync(await File.ReadAllTextAsync(axe) + "; 0");

            (await ReadAsync(page, "axe.run().then(found => found.violations.map(one => `${one.id}: ${one.nodes[0].html}`))"))
                .Should().BeEmpty();

            // A judge who likes everything is none: this is the same page without its language and its labels.
            await page.EvaluateAsync("document.documentElement.removeAttribute('lang'); "
                + "document.querySelectorAll('[aria-label]').forEach(one => one.removeAttribute('aria-label')); 0");
            (await ReadAsync(page, "axe.run().then(found => found.violations.map(one => one.id))"))
                .Should().Contain(["html-has-lang", "label", "link-name"]);
        }
    }

    [SkippableFact]
    public async Task A_filter_is_typed_and_kept_and_taken_back()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await TestSite.StartAsync(AddOddNames, Options);
        await page.NavigateAsync(site.Address + "/?sort=name&order=desc");

        await page.EvaluateAsync("document.querySelector('[type=search]').value = 'NA\u00CFVE'");
        await page.FollowAsync("form[role=search] button");
        (await ReadAsync(page, Names)).Should().Equal("na\u00EFve");
        await page.FollowAsync("th:nth-child(2) button");
        (await ReadAsync(page, Names)).Should().Equal("na\u00EFve");
        (await ReadAsync(page, "[document.querySelector('[type=search]').value]")).Should().Equal("NA\u00CFVE");
        await page.FollowAsync("form[role=search] a");
        (await ReadAsync(page, Names)).Should().HaveCount(ServedNames().Count());
        page.Complaints.Should().BeEmpty();
    }

    [SkippableFact]
    public async Task Ten_thousand_entries_are_there_page_by_page()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using TestSite site = await TestSite.StartAsync(
            folder =>
            {
                for (int i = 0; i < 10_000; i++) File.WriteAllBytes(Path.Combine(folder, $"file {i}.txt"), []);
            },
            Options);

        await page.NavigateAsync(site.Address + "/?sort=name&order=desc");

        (await ReadAsync(page, Names)).Should().HaveCount(1_000).And.StartWith("file 9999.txt");
        await page.FollowAsync("nav a[rel=next]");
        (await ReadAsync(page, Names)).Should().HaveCount(1_000).And.StartWith("file 8999.txt");
    }

    private static IEnumerable<string> ServedNames() =>
        OperatingSystem.IsWindows()
            ? OddNames.Where(
                name => !name.Any("<>\"|?*:\\".Contains) && name is not (['a', 'u', 'x', '.', ..] or [.., '.' or ' ']))
                : OddNames;

    private static void AddOddNames(string folder)
    {
        foreach (string name in ServedNames()) File.WriteAllText(Path.Combine(folder, name), name);
    }

    private static void AddTree(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "folder"));
        foreach ((
            string name, int length) in ((string, int)[])[("a", 1), ("b", 3), ("c", 2), ("folder/large", 3), ("folder/small", 1)])
        {
            File.WriteAllText(Path.Combine(folder, name), new string('x', length));
        }
    }

    private static async Task<string[]> ReadAsync(BrowserPage page, string expression) =>
        [.. (await page.EvaluateAsync(expression))!.AsArray().Select(static node => node!.GetValue<string>())];
}
