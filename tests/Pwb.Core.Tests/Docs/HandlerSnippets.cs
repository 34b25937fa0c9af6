using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Pwb;

namespace Snippets;

/// <summary>The C# of docs/handlers.md.</summary>
public sealed partial class HandlerSnippets
{
    // <handler-class>
    internal sealed class MyHandler(IAsyncEnumerable<string> news) : IRequestHandler
    {
        public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken) =>
            (request.Method, request.Path) switch
            {
                ("GET" or "HEAD", "/") => HttpResponse.Text("Hello!\n"),
                ("GET" or "HEAD", "/time") => HttpResponse.Text($"{DateTimeOffset.UtcNow:O}\n"),
                ("POST", "/upper") =>
                    HttpResponse.Text((await request.ReadTextAsync(cancellationToken: cancellationToken)).ToUpperInvariant()),
                ("GET" or "HEAD", "/news") => ServerSentEvents.From(request, ReadNewsAsync()),
                (_, "/" or "/time" or "/news") => HttpResponse.MethodNotAllowed("GET, HEAD"),
                (_, "/upper") => HttpResponse.MethodNotAllowed("POST"),
                _ => HttpResponse.Text("Not found\n", 404),
            };

        // Server-sent events: each item goes out as soon as it is there.
        private async IAsyncEnumerable<SseItem<string>> ReadNewsAsync(
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (string item in news.WithCancellation(cancellationToken)) yield return new SseItem<string>(item);
        }
    }
    // </handler-class>

    [Theory]
    [InlineData("GET", "/", 200)]
    [InlineData("GET", "/time", 200)]
    [InlineData("POST", "/upper", 200)]
    [InlineData("HEAD", "/news", 200)]
    [InlineData("DELETE", "/time", 405)]
    [InlineData("GET", "/upper", 405)]
    [InlineData("GET", "/11", 404)]
    public async Task The_class_answers_every_method_and_path(string method, string target, int statusCode)
    {
        using HttpClient client = new PwbServer(new MyHandler(AsyncEnumerable.Empty<string>())).CreateClient();

        using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), target));

        ((int)response.StatusCode).Should().Be(statusCode);
    }

    [Fact]
    public async Task An_event_reaches_the_client_before_the_next_one_happens()
    {
        var news = Channel.CreateUnbounded<string>();
        using HttpClient client = new PwbServer(new MyHandler(news.Reader.ReadAllAsync())).CreateClient();
        using var reader = new StreamReader(await client.GetStreamAsync("/news"));

        foreach (string item in (string[])["one", "two"])
        {
            news.Writer.TryWrite(item).Should().BeTrue();
            (await reader.ReadLineAsync()).Should().Be($"data: {item}");
            (await reader.ReadLineAsync()).Should().BeEmpty();
        }

        news.Writer.Complete();
        (await reader.ReadToEndAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("one\n\ndata: two")]
    [InlineData("one\r\rdata: two")]
    [InlineData("one\r\nevent: logout\r\n")]
    public async Task An_item_with_line_breaks_stays_one_event(string item)
    {
        using HttpClient client = new PwbServer(new MyHandler(AsyncEnumerable.Repeat(item, 1))).CreateClient();

        string stream = await client.GetStringAsync("/news");

        stream.Should().EndWith("\n\n");
        stream[..^2].Split('\n').Should().OnlyContain(line => line.StartsWith("data: ", StringComparison.Ordinal))
            .And.HaveCount(3).And.NotContain(line => line.Contains('\r'));
    }

    [Fact]
    public async Task A_request_tells_what_was_asked()
    {
        IRequestHandler handler = RequestHandler.From(request =>
        {
            // <query>
            string? color = request.Query["color"];
            string? session = request.Cookies["session"];
            // </query>
            return HttpResponse.Text($"{color} {session}");
        });
        using HttpClient client = new PwbServer(handler).CreateClient();
        client.DefaultRequestHeaders.Add("Cookie", "a=b; session=42");

        (await client.GetStringAsync("/paint?a=1&color=dark%20gr%C3%BCn+1&b")).Should().Be("dark grün 1 42");
    }

    [Fact]
    public async Task Bodies_are_what_they_are_made_of()
    {
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "a file");

        // <bodies>
        HttpResponse text = HttpResponse.Text("Grüße\n");
        HttpResponse bytes = HttpResponse.Bytes("GIF89a"u8.ToArray(), contentType: "image/gif");
        HttpResponse stream = new(200, ResponseBody.From(File.OpenRead(path)), ("Content-Type", "text/csv"));
        HttpResponse push = new(
            200, ResponseBody.Push(
                (output, cancellationToken) => output.WriteAsync("as it goes\n"u8.ToArray(), cancellationToken)));
        HttpResponse nothing = new(204);
        HttpResponse elsewhere = new(303, null, ("Location", "/done"), ("Set-Cookie", "session=42; HttpOnly; SameSite=Lax"));
        // </bodies>

        foreach ((HttpResponse response, string expected) in ((HttpResponse, string)[])[
            (text, "Grüße\n"), (bytes, "GIF89a"), (stream, "a file"), (push, "as it goes\n"), (nothing, ""), (elsewhere, "")])
        {
            using HttpClient client = new PwbServer(RequestHandler.From(_ => response)).CreateClient();
            using HttpResponseMessage received = await client.GetAsync("/");
            (await received.Content.ReadAsStringAsync()).Should().Be(expected);
            received.Headers.TransferEncodingChunked.Should().Be(response == push ? true : null);
        }

        File.Delete(path);
    }

    [Theory]
    [InlineData("/upload", 1_000_000, 201)]
    [InlineData("/upload", 2_000_001, 413)]
    [InlineData("/else", 20_000, 413)]
    public async Task An_upload_may_be_larger_than_anything_else(string path, int length, int statusCode)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();

        // <upload>
        IRequestHandler handler = RequestHandler.From(async (request, cancellationToken) =>
        {
            if (request is not { Method: "PUT", Path: "/upload" }) return HttpResponse.Text("Not found\n", 404);

            string file = Path.Combine(folder.FullName, Guid.NewGuid().ToString("N")); // never a name that the client chose
            var isNew = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            // No other user may read it.
            if (!OperatingSystem.IsWindows()) isNew.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using FileStream content = new(file, isNew);
            await request.Body.CopyToAsync(content, cancellationToken);
            return new HttpResponse(201);
        });
        var options = new PwbServerOptions
        {
            Limits = new PwbServerLimits { MaxContentLength = 10_000 },
            MaxContentLengthSelector = request => request.Path == "/upload" ? 2_000_000 : null,
        };
        // </upload>

        using HttpClient client = new PwbServer(handler, options).CreateClient();
        using var content = new ByteArrayContent(new byte[length]);
        using HttpRequestMessage request = new(HttpMethod.Put, path) { Content = content };
        request.Headers.ExpectContinue = true; // so that a refusal comes before the content
        using HttpResponseMessage response = await client.SendAsync(request);

        ((int)response.StatusCode).Should().Be(statusCode);
        if (statusCode == 201)
        {
            FileInfo file = folder.GetFiles().Should().ContainSingle().Subject;
            file.Length.Should().Be(length);
            if (!OperatingSystem.IsWindows()) file.UnixFileMode.Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_handler_stops_the_server()
    {
        // <stop>
        PwbServer? server = null;
        IRequestHandler handler = RequestHandler.From(request =>
        {
            if (request is not { Method: "POST", Path: "/stop" }) return HttpResponse.Text("Not found\n", 404);

            _ = server!.StopAsync();
            return HttpResponse.Text("Stopping.\n");
        });
        server = new PwbServer(handler);
        // </stop>

        await using PwbServer owned = server;
        using HttpClient client = server.CreateClient();
        using HttpResponseMessage response = await client.PostAsync("/stop", null);
        (await response.Content.ReadAsStringAsync()).Should().Be("Stopping.\n");
        response.Headers.ConnectionClose.Should().BeTrue();
    }
}
