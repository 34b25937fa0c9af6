using Notes;
using Pwb.Browser.Support;

namespace Pwb.Browser;

/// <summary>samples/Notes, as somebody uses it in two windows.</summary>
public sealed class NotesTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Wait = """
        window.until = async (condition, what) => {
          for (let i = 0; i < 1200; i++) {
            if (await condition()) return true;
            await new Promise(resolve => setTimeout(resolve, 50));
          }
          throw new Error(`${what}: ${document.body.innerText}`);
        };
        window.live = () => until(() => document.body.dataset.live === 'yes', 'live');
        window.save = (title, text, files = []) => {
          const editor = document.querySelector('#editor');
          editor.title.value = title;
          editor.text.value = text;
          const list = new DataTransfer();
          for (const [name, length] of files) list.items.add(new File([new Uint8Array(length).fill(65)], name));
          editor.files.files = list.files;
          editor.requestSubmit();
        };
        window.notes = () => [...document.querySelectorAll('#notes strong')].map(one => one.textContent).join();
        true
        """;

    [SkippableFact]
    public async Task Two_windows_see_the_same_notes_at_once()
    {
        await using Site site = await Site.StartAsync();
        await using BrowserPage first = await browser.OpenPageAsync();
        await SignInAsync(first, site);
        await using BrowserPage second = await browser.OpenPageAsync();
        await second.NavigateAsync(site.Address);
        await second.EvaluateAsync(Wait);
        await second.EvaluateAsync("live()");

        await second.EvaluateAsync("save('Tea', '<b>green</b>')");
        await first.EvaluateAsync("until(() => notes() === 'Tea', 'the other window')");
        (await first.EvaluateAsync("document.querySelector('#notes p').textContent"))!.GetValue<string>().Should().Be(
            "<b>green</b>", "text is text");

        await first.EvaluateAsync("save('Milk', 'oats')");
        await second.EvaluateAsync("until(() => notes() === 'Milk,Tea', 'the second note')");
        await second.EvaluateAsync(
            "(() => { const search = document.querySelector('#search'); search.value = 'GREEN'; search.oninput(); })()");
        await second.EvaluateAsync("until(() => notes() === 'Tea', 'the search')");

        await first.EvaluateAsync("document.querySelectorAll('#notes button')[1].click()");
        await first.EvaluateAsync("until(() => notes() === 'Tea', 'the deletion')");
        first.Complaints.Should().BeEmpty();
        second.Complaints.Should().BeEmpty();
    }

    [SkippableFact]
    public async Task A_file_goes_up_with_its_progress_and_comes_down_whole()
    {
        await using Site site = await Site.StartAsync();
        await using BrowserPage page = await browser.OpenPageAsync();
        await SignInAsync(page, site);

        await page.EvaluateAsync(
            "window.seen = []; new MutationObserver(() => "
                + "seen.push(document.querySelector('progress').value)).observe(document.querySelector('progress'), { "
                + "attributes: true }); 1");
        await page.EvaluateAsync("save('With a file', '', [['\u4F60\u597D.bin', 5000000]])");
        await page.EvaluateAsync("until(() => document.querySelector('#notes a'), 'the file')");

        (await page.EvaluateAsync("until(() => seen.length > 0 && Math.max(...seen) === 1, 'the progress')"))!.GetValue<bool>()
            .Should().BeTrue();
        (await page.EvaluateAsync("document.querySelector('#notes a').textContent"))!.GetValue<string>().Should().Be(
            "\u4F60\u597D.bin (5000000 bytes)");
        string download = (await page.EvaluateAsync("""
            fetch(document.querySelector('#notes a').href).then(async response =>
              response.headers.get('content-disposition')
                + ` ${new Uint8Array(await response.arrayBuffer()).filter(one => one === 65).length}`)
            """))!.GetValue<string>();
        download.Should().Contain("filename*=UTF-8''%E4%BD%A0%E5%A5%BD.bin").And.EndWith(" 5000000");
        page.Complaints.Should().BeEmpty();
    }

    [SkippableFact]
    public async Task Who_was_slower_is_told_and_overwrites_nothing()
    {
        await using Site site = await Site.StartAsync();
        await using BrowserPage page = await browser.OpenPageAsync();
        await SignInAsync(page, site);
        await page.EvaluateAsync("save('Tea', 'one')");
        await page.EvaluateAsync("until(() => notes() === 'Tea', 'the note')");

        await page.EvaluateAsync("document.querySelector('#notes button').click()");
        site.Book.Change(1, note => note with { Text = "two" });
        await page.EvaluateAsync("save('Tea', 'three')");

        await page.EvaluateAsync(
            "until(() => document.querySelector('output').textContent === 'Precondition Failed', 'the refusal')");
        site.Book.Get(1)!.Text.Should().Be("two");
    }

    [SkippableFact]
    public async Task Nobody_gets_in_without_the_password_and_nothing_changes_without_the_token()
    {
        await using Site site = await Site.StartAsync();
        await using BrowserPage page = await browser.OpenPageAsync();

        await SignInAsync(page, site, "wrong");
        (await page.EvaluateAsync("!document.querySelector('.wrong').hidden && document.querySelector('main').hidden"))!
            .GetValue<bool>().Should().BeTrue();
        (await StatusAsync("GET", "notes")).Should().Be(403);

        await SignInAsync(page, site);
        (await page.EvaluateAsync("document.cookie"))!.GetValue<string>().Should().BeEmpty("scripts do not see it");
        (await StatusAsync("GET", "notes")).Should().Be(200);
        (await StatusAsync("POST", "notes")).Should().Be(403);
        site.Book.Find("").Should().BeEmpty();

        await page.FollowAsync("#sign-out");
        (await StatusAsync("GET", "notes")).Should().Be(403);

        async Task<int> StatusAsync(string method, string path) => (await page.EvaluateAsync(
            $$"""
            fetch('/api/{{path}}', {
              method: '{{method}}',
              ...('{{method}}' === 'POST' && {
                body: '{"title":"x","text":"y"}', headers: { 'Content-Type': 'application/json' } }),
            }).then(response => response.status)
            """))!.GetValue<int>();
    }

    private static async Task SignInAsync(BrowserPage page, Site site, string password = Site.Password)
    {
        await page.NavigateAsync(site.Address);
        await page.EvaluateAsync(Wait);
        await page.EvaluateAsync("until(() => !document.querySelector('#sign-in').hidden, 'the sign-in')");
        await page.EvaluateAsync($"document.querySelector('#sign-in').password.value = '{password}'");
        await page.FollowAsync("#sign-in button");
        await page.EvaluateAsync(Wait);
        if (password == Site.Password) await page.EvaluateAsync("live()");
        else await page.EvaluateAsync("until(() => !document.querySelector('#sign-in').hidden, 'the sign-in')");
    }

    private sealed class Site : IAsyncDisposable
    {
        public const string Password = "s3cret";

        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-notes-");
        private PwbServer? _server;

        private Site() => Book = new NoteBook(_folder.FullName);

        public NoteBook Book { get; }

        public string Address => _server!.Urls[0];

        public static async Task<Site> StartAsync()
        {
            Site site = new();
            site._server = new PwbServer(new NotesSite(site.Book, Password).CreateHandler(), new PwbServerOptions
            {
                EndPoints = ServerEndPoint.Loopback(0),
                MaxContentLengthSelector = NotesSite.MaxContentLength,
            });
            await site._server.StartAsync();
            return site;
        }

        public async ValueTask DisposeAsync()
        {
            if (_server is not null) await _server.DisposeAsync();
            _folder.Delete(recursive: true);
        }
    }
}
