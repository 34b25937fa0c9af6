// Server-sent events: the time, once a second, for as long as somebody looks at it. Try it:
//   dotnet run --project samples/Events
//   curl --no-buffer localhost:8888/events      (or open http://localhost:8888/ in a browser)
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Pwb;

const string Page = """
    <!doctype html>
    <title>Events</title>
    <h1 id="time">...</h1>
    <script>new EventSource('/events').onmessage = event => document.getElementById('time').textContent = event.data</script>

    """;

IRequestHandler handler = RequestHandler.From(request => (request.Method, request.Path) switch
{
    ("GET" or "HEAD", "/") => HttpResponse.Text(Page, contentType: "text/html; charset=utf-8"),
    ("GET" or "HEAD", "/events") => ServerSentEvents.From(request, TimesAsync()),
    (_, "/" or "/events") => HttpResponse.MethodNotAllowed("GET, HEAD"),
    _ => HttpResponse.Text("Not found\n", 404),
});
await using PwbServer server = new(
    handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(args is [string port] ? int.Parse(port) : 8888) });
await server.StartAsync();
Console.WriteLine($"http://localhost:{server.EndPoint.Port}/");
await server.RunUntilStoppedAsync(); // until Ctrl+C or SIGTERM, and then ends the streams at once

// The token is cancelled when the browser has gone, and when the server begins to stop.
static async IAsyncEnumerable<SseItem<string>> TimesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
{
    while (true)
    {
        yield return new SseItem<string>(DateTimeOffset.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture));
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
    }
}
