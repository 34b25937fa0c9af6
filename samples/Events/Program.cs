// Server-sent events: the time, once a second, for as long as somebody looks at it. Try it:
//   dotnet run --project samples/Events
//   curl --no-buffer localhost:8888/events      (or open http://localhost:8888/ in a browser)
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Pwb;

const string Page = """
    <!doctype html>
    <title>Events</title>
    <h1 id="time">...</h1>
    <script>new EventSource('/events').onmessage = event => document.getElementById('time').textContent = event.data</script>

    """;

// Ctrl+C and SIGTERM let requests in flight finish; a second one ends the process at once.
TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = stop.TrySetResult());
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = stop.TrySetResult());

IRequestHandler handler = RequestHandler.From(request => (request.Method, request.Path) switch
{
    ("GET" or "HEAD", "/") => HttpResponse.Text(Page, contentType: "text/html; charset=utf-8"),
    ("GET" or "HEAD", "/events") => new HttpResponse(200, ResponseBody.Push(WriteTimesAsync), ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")),
    (_, "/" or "/events") => HttpResponse.MethodNotAllowed("GET, HEAD"),
    _ => HttpResponse.Text("Not found\n", 404),
});
await using PwbServer server = new(handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(args is [string port] ? int.Parse(port) : 8888) });
await server.StartAsync();
Console.WriteLine($"http://localhost:{server.EndPoint.Port}/");
await stop.Task;
await server.StopAsync();

async ValueTask WriteTimesAsync(Stream output, CancellationToken cancellationToken)
{
    while (!stop.Task.IsCompleted) // StopAsync waits for what is in flight: a body that did not end would take its 30 seconds
    {
        await output.WriteAsync(Encoding.UTF8.GetBytes(DateTimeOffset.Now.ToString("'data: 'HH:mm:ss'\n\n'", CultureInfo.InvariantCulture)), cancellationToken);
        await output.FlushAsync(cancellationToken); // now the client sees it
        await Task.WhenAny(stop.Task, Task.Delay(TimeSpan.FromSeconds(1), cancellationToken));
    }
}
