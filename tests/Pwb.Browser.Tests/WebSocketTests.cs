using Pwb.Browser.Support;

namespace Pwb.Browser;

/// <summary>A page and its WebSocket, in a real browser.</summary>
public sealed class WebSocketTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Talk = """
        new Promise(resolve => {
          const socket = window.socket = new WebSocket(`ws://${location.host}/echo`, ['other', 'echo']);
          socket.onopen = () => socket.send('h\u00e9llo');
          socket.onmessage = event => resolve(`${event.data} by ${socket.protocol}${socket.extensions}`);
          socket.onerror = () => resolve('error');
          window.ended = new Promise(end => socket.onclose = event => end(`${event.code} ${event.wasClean}`));
        })
        """;

    [SkippableTheory]
    [InlineData(false, "")]
    [InlineData(true, "permessage-deflate; server_no_context_takeover; client_no_context_takeover")]
    public async Task A_page_talks_by_a_WebSocket_and_is_told_of_a_stop(bool allowsDeflate, string extensions)
    {
        await using BrowserPage page = await browser.OpenPageAsync();
        WebSocketOptions options = new() { SubProtocols = ["echo"], AllowDeflate = allowsDeflate };
        IRequestHandler handler = RequestHandler.From(request => request.Path switch
        {
            "/" => HttpResponse.Text("<!doctype html><title>Live</title>", contentType: "text/html; charset=utf-8"),
            "/echo" => request.AcceptWebSocket(
                async (socket, token) =>
                {
                    while (await socket.ReceiveMessageAsync(cancellationToken: token) is { } message)
                        await socket.SendTextAsync(message.Text, token);
                },
                options),
            _ => new HttpResponse(204),
        });
        await using PwbServer server = new(handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        await page.NavigateAsync($"http://localhost:{server.EndPoint.Port}/");

        (await page.EvaluateAsync(Talk))!.GetValue<string>().Should().Be("h\u00e9llo by echo" + extensions);
        await server.StopAsync();
        (await page.EvaluateAsync("window.ended"))!.GetValue<string>().Should().Be("1001 true");
    }
}
