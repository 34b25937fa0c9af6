using System.Net;
using System.Text;
using Pwb;
using Pwb.Tests.Infrastructure;

namespace Snippets;

/// <summary>The C# of docs/migrating-from-httplistener.md: both programs run, and are asked the same.</summary>
public sealed class MigrationSnippets
{
    // <notes-before>
    internal sealed class NotesListener
    {
        private readonly List<string> _notes = [];

        public async Task RunAsync(string prefix, CancellationToken stop)
        {
            using var listener = new HttpListener();
            listener.Prefixes.Add(prefix); // "http://localhost:8080/"
            listener.Start();
            using CancellationTokenRegistration registration = stop.Register(listener.Stop);
            while (true)
            {
                HttpListenerContext context;
                try
                {
                    context = await listener.GetContextAsync();
                }
                catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                await HandleAsync(context.Request, context.Response);
            }
        }

        private async Task HandleAsync(HttpListenerRequest request, HttpListenerResponse response)
        {
            switch (request.HttpMethod, request.Url!.AbsolutePath)
            {
                case ("GET", "/"):
                    response.Redirect("/notes");
                    break;
                case ("GET", "/notes"):
                    string? word = request.QueryString["with"];
                    byte[] content = Encoding.UTF8.GetBytes(
                        string.Concat(_notes.Where(note => word is null || note.Contains(word)).Select(note => note + "\n")));
                    response.ContentType = "text/plain; charset=utf-8";
                    response.ContentLength64 = content.Length;
                    await response.OutputStream.WriteAsync(content);
                    break;
                case ("POST", "/notes"):
                    using (var reader = new StreamReader(request.InputStream))
                    {
                        _notes.Add(await reader.ReadToEndAsync());
                    }

                    response.StatusCode = 201;
                    response.AppendHeader("Set-Cookie", $"count={_notes.Count}");
                    break;
                default:
                    response.StatusCode = 404;
                    break;
            }

            response.Close();
        }
    }
    // </notes-before>

    // <notes-after>
    internal sealed class NotesHandler : IRequestHandler
    {
        private readonly List<string> _notes = [];

        public static async Task RunAsync(int port, CancellationToken stop)
        {
            await using PwbServer server = new(
                new NotesHandler(), new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(port) });
            await server.RunAsync(stop);
        }

        public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
        {
            switch (request.Method, request.Path)
            {
                case ("GET" or "HEAD", "/"):
                    return new HttpResponse(302, null, ("Location", "/notes"));
                case ("GET" or "HEAD", "/notes"):
                    string? word = request.Query["with"];
                    lock (_notes) // requests come at the same time here
                    {
                        return HttpResponse.Text(
                            string.Concat(_notes.Where(note => word is null || note.Contains(word)).Select(note => note + "\n")));
                    }

                case ("POST", "/notes"):
                    using (var reader = new StreamReader(request.Body))
                    {
                        string added = await reader.ReadToEndAsync(cancellationToken);
                        lock (_notes)
                        {
                            _notes.Add(added);
                            return new HttpResponse(201, null, ("Set-Cookie", $"count={_notes.Count}"));
                        }
                    }

                default:
                    return new HttpResponse(404);
            }
        }
    }
    // </notes-after>

    [Fact]
    public async Task Both_programs_answer_alike()
    {
        using CancellationTokenSource stop = new();
        int port = OwnPort.Take();
        Task before = new NotesListener().RunAsync($"http://localhost:{port}/", stop.Token);
        using HttpClient old =
            new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://localhost:{port}/") };
        using HttpClient now = new PwbServer(new NotesHandler()).CreateClient();

        foreach ((HttpMethod method, string target, string? content) in ((HttpMethod, string, string?)[])[
            (HttpMethod.Get, "/", null), (HttpMethod.Get, "/notes", null), (HttpMethod.Post, "/notes", "milk & Brötchen"),
            (HttpMethod.Post, "/notes", "tea"),
            (HttpMethod.Get, "/notes", null), (HttpMethod.Get, "/notes?with=milk+%26", null), (HttpMethod.Get, "/no", null),
            (HttpMethod.Delete, "/notes", null)])
        {
            (await AskAsync(now, method, target, content)).Should().Be(
                await AskAsync(old, method, target, content), "{0} {1}", method, target);
        }

        await stop.CancelAsync();
        await before.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task The_new_program_stops_when_it_is_told_to()
    {
        using CancellationTokenSource stop = new();
        Task running = NotesHandler.RunAsync(0, stop.Token);
        await stop.CancelAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task The_new_program_is_started_and_stops_at_Ctrl_C()
    {
        // <notes-main>
        using CancellationTokenSource stop = new();
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = true; // the process ends when the server has stopped
            stop.Cancel();
        };
        await NotesHandler.RunAsync(8080, stop.Token);
        // </notes-main>

        stop.IsCancellationRequested.Should().BeTrue();
    }

    private static async Task<string> AskAsync(HttpClient client, HttpMethod method, string target, string? content)
    {
        using HttpRequestMessage request = new(method, target) { Content = content is null ? null : new StringContent(content) };
        using HttpResponseMessage response = await client.SendAsync(request);
        response.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? cookies);
        return $"{(int)response.StatusCode} {response.Headers.Location} {response.Content.Headers.ContentType} "
            + $"{string.Concat(cookies ?? [])} {await response.Content.ReadAsStringAsync()}";
    }

    /// <summary>The terminal: somebody presses Ctrl+C at once.</summary>
    private static class Console
    {
        public static event EventHandler<Press> CancelKeyPress
        {
            add => value(null, new Press());
            remove => throw new NotSupportedException();
        }
    }

    private sealed class Press : EventArgs
    {
        public bool Cancel { get; set; }
    }
}
