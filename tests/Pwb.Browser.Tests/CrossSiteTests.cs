using Pwb.Browser.Support;

namespace Pwb.Browser;

/// <summary>
/// A page of one origin and a server of another, in a real browser: what the page can have the browser do there.
/// </summary>
public sealed class CrossSiteTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [SkippableFact]
    public async Task A_page_of_another_origin_can_look_but_not_post_nor_open_a_socket()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using Recorder target = await Recorder.StartAsync(null);
        await using Recorder attacker = await Recorder.StartAsync(null);
        await page.NavigateAsync(attacker.Address);

        await page.EvaluateAsync($"fetch('{target.Address}/read', {{ mode: 'no-cors' }}).then(response => response.type)");
        await page.EvaluateAsync(Post(target.Address + "/fetched"));
        await page.EvaluateAsync(Submit(target.Address + "/submitted"));
        (await page.EvaluateAsync(OpenSocket(target.Address.Replace("http:", "ws:", StringComparison.Ordinal) + "/socket")))!
            .GetValue<string>().Should().Be("refused");
        await page.EvaluateAsync($"fetch('{target.Address}/last', {{ mode: 'no-cors' }}).then(response => response.type)");

        IReadOnlyList<string> calls = await target.Calls.WaitUntilAsync(
            calls => calls.Any(call => call == "GET /last"), page.Deadline);
        calls.Should().Equal("GET /read", "GET /last");
        page.Network.Where(entry => entry.Address.AbsolutePath is "/fetched" or "/submitted").Should().HaveCount(2)
            .And.OnlyContain(entry => entry.Status == 403);
    }

    [SkippableFact]
    public async Task A_page_of_its_own_and_one_that_is_trusted_can()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        await using Recorder friend = await Recorder.StartAsync(null);
        await using Recorder target = await Recorder.StartAsync([friend.Address]);

        foreach (Recorder origin in (Recorder[])[target, friend])
        {
            target.Calls.Clear();
            await page.NavigateAsync(origin.Address);
            await page.EvaluateAsync(Post(target.Address + "/fetched"));
            await page.EvaluateAsync(Submit(target.Address + "/submitted"));
            // To the handler, which opens none.
            await page.EvaluateAsync(OpenSocket(target.Address.Replace("http:", "ws:", StringComparison.Ordinal) + "/socket"));

            await target.Calls.WaitUntilAsync(
                calls =>
                    calls.Intersect(["POST /fetched", "POST /submitted", "GET /socket"], StringComparer.Ordinal).Count() == 3,
                page.Deadline);
        }
    }

    // As a form would, without a preflight. The page sees nothing of the answer.
    private static string Post(string address) =>
        $"fetch('{address}', {{ method: 'POST', body: 'a=1', mode: 'no-cors' }}).then(response => response.type)";

    private static string Submit(string address) => $$"""
        (() => {
          document.body.innerHTML = '<iframe name="target"></iframe>'
            + '<form method="post" target="target" action="{{address}}"><input name="a" value="1"></form>';
          document.forms[0].submit();
        })()
        """;

    private static string OpenSocket(string address) => $$"""
        new Promise(resolve => {
          const socket = new WebSocket('{{address}}');
          socket.onopen = () => resolve('open');
          socket.onerror = () => resolve('refused');
        })
        """;

    private sealed class Recorder : IAsyncDisposable
    {
        private readonly PwbServer _server;

        private Recorder(string[]? trusted)
        {
            IRequestHandler handler = RequestHandler.From(request =>
            {
                if (request.Path is not ("/" or "/favicon.ico")) Calls.Add($"{request.Method} {request.Path}");
                return HttpResponse.Text(
                    "<!DOCTYPE html><link rel=icon href=data:,><title>page</title>", contentType: "text/html");
            });
            _server = new PwbServer(
                handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0), TrustedOrigins = trusted });
        }

        public Journal<string> Calls { get; } = new();

        public string Address => $"http://localhost:{_server.EndPoint.Port}";

        public static async Task<Recorder> StartAsync(string[]? trusted)
        {
            Recorder recorder = new(trusted);
            await recorder._server.StartAsync();
            return recorder;
        }

        public ValueTask DisposeAsync() => _server.DisposeAsync();
    }
}
