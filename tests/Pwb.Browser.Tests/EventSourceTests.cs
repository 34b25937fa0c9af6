using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Pwb.Browser.Support;

namespace Pwb.Browser;

/// <summary>Event streams as a real browser's EventSource reads them.</summary>
public sealed class EventSourceTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Listen = """
        new Promise(resolve => {
          const got = [];
          const source = new EventSource('/events');
          const note = event => got.push([event.type, event.data, event.lastEventId]);
          source.onopen = () => got.push(['open', '', '']);
          source.onmessage = note;
          source.addEventListener('\u4F60', note);
          source.onerror = () => { if (source.readyState === EventSource.CLOSED) resolve(got); };
        })
        """;

    [SkippableFact]
    public async Task A_stream_is_read_and_goes_on_after_its_last_id_until_the_server_says_204()
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        Journal<string?> connections = new();
        IRequestHandler handler = RequestHandler.From(request =>
        {
            if (request.Path != "/events")
                return HttpResponse.Text("<!DOCTYPE html><link rel=icon href=data:,>", contentType: "text/html");
            string? last = request.GetLastEventId();
            connections.Add(last);
            return last == "\u4F603" ? new HttpResponse(204)
                : ServerSentEvents.From(request, ThreeAsync(last is null ? 0 : last[^1] - '0'), TimeSpan.FromMilliseconds(20));
        });
        await using PwbServer server = new(handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        await page.NavigateAsync($"http://localhost:{server.EndPoint.Port}/");

        JsonArray got = (await page.EvaluateAsync(Listen))!.AsArray();

        got.Select(
            each =>
                string.Join(
                    '|', each!.AsArray().Select(
                        part => part!.GetValue<string>().Replace("\n", "/", StringComparison.Ordinal)))).Should().Equal(
            "open||",
            "message|a/b/1/|\u4F601",
            "open||",
            "\u4F60|a/b/2/|\u4F602",
            "open||",
            "\u4F60|a/b/3/|\u4F603");
        connections.Entries.Should().Equal(null, "\u4F601", "\u4F602", "\u4F603");
    }

    [SkippableFact]
    public async Task A_tab_that_closes_ends_the_source()
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IRequestHandler handler = RequestHandler.From(request => request.Path == "/events"
            ? ServerSentEvents.From(request, QuietAsync(ended))
            : HttpResponse.Text("<!DOCTYPE html><link rel=icon href=data:,>", contentType: "text/html"));
        await using PwbServer server = new(handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        await using (BrowserPage page = await browser.OpenPageAsync())
        {
            await page.NavigateAsync($"http://localhost:{server.EndPoint.Port}/");
            await page.EvaluateAsync("new Promise(resolve => { new EventSource('/events').onopen = () => resolve(true); })");
        }

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    // One item a connection; between them a comment or more.
    private static async IAsyncEnumerable<SseItem<string>> ThreeAsync(
        int last, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Delay(100, cancellationToken);
        yield return new SseItem<string>($"a\r\nb\r{last + 1}\n", last == 0 ? null : "\u4F60")
        {
            EventId = $"\u4F60{last + 1}",
            ReconnectionInterval = TimeSpan.FromMilliseconds(10),
        };
    }

    private static async IAsyncEnumerable<SseItem<string>> QuietAsync(
        TaskCompletionSource ended, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            yield break;
        }
        finally
        {
            ended.SetResult();
        }
    }
}
