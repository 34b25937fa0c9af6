using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Pwb;

namespace Snippets; // outside of Pwb, so that the library is seen as its users see it

/// <summary>
/// The C# of the READMEs, compiled and run. What stands between a marker and its end is there word for word;
/// <see cref="Pwb.Tests.Docs.DocumentTests"/> compares them.
/// </summary>
public sealed class ReadmeSnippets
{
    [Fact]
    public async Task A_server_is_embedded_in_eight_lines()
    {
        // <embed>
        IRequestHandler handler = RequestHandler.From(request => HttpResponse.Text($"You asked for {request.Path}\n"));
        await using PwbServer server = new(handler, new PwbServerOptions { Port = 0 });
        await server.StartAsync();
        Console.WriteLine($"http://localhost:{server.EndPoint.Port}/ - press Enter to stop");
        Console.ReadLine();
        await server.StopAsync();
        // </embed>

        Console.Answer.Should().Be("You asked for /11\n");
        server.Invoking(stopped => stopped.EndPoint).Should().Throw<InvalidOperationException>();
    }

    // <handler>
    internal sealed class MyHandler(IAsyncEnumerable<string> news) : IRequestHandler
    {
        public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken) =>
            (request.Method, request.Path) switch
            {
                ("GET" or "HEAD", "/") => HttpResponse.Text("Hello!\n"),
                ("GET" or "HEAD", "/time") => Json(DateTimeOffset.UtcNow),
                ("POST", "/upper") => HttpResponse.Text(await ReadUpperAsync(request, cancellationToken)),
                ("GET" or "HEAD", "/news") => new HttpResponse(200, ResponseBody.Push(WriteNewsAsync), ("Content-Type", "text/event-stream")),
                (_, "/" or "/time" or "/news") => HttpResponse.MethodNotAllowed("GET, HEAD"),
                (_, "/upper") => HttpResponse.MethodNotAllowed("POST"),
                _ => HttpResponse.Text("Not found\n", 404),
            };

        private static HttpResponse Json<T>(T value) => HttpResponse.Bytes(JsonSerializer.SerializeToUtf8Bytes(value), "application/json");

        private static async Task<string> ReadUpperAsync(HttpRequest request, CancellationToken cancellationToken)
        {
            using var reader = new StreamReader(request.Body); // UTF-8
            return (await reader.ReadToEndAsync(cancellationToken)).ToUpperInvariant();
        }

        // Server-sent events. This runs while the response is being sent; each flush pushes what was written to the client.
        private async ValueTask WriteNewsAsync(Stream output, CancellationToken cancellationToken)
        {
            await foreach (string item in news.WithCancellation(cancellationToken))
            {
                await output.WriteAsync(Encoding.UTF8.GetBytes($"data: {item}\n\n"), cancellationToken);
                await output.FlushAsync(cancellationToken);
            }
        }
    }
    // </handler>

    [Fact]
    public async Task Files_are_served_before_a_handler()
    {
        Directory.CreateDirectory("wwwroot");
        await File.WriteAllTextAsync("wwwroot/index.html", "the app");

        // <files>
        IRequestHandler api = RequestHandler.From(request => HttpResponse.Text($"no file: {request.Path}\n", 404));
        StaticFileHandler files = new("wwwroot", new StaticFileOptions
        {
            Fallback = "index.html",
            CacheControl = [("/assets/*", "public, max-age=31536000, immutable")],
        }, next: api);
        await using PwbServer server = new(files, new PwbServerOptions { Port = 0 });
        // </files>

        (await files.HandleAsync(new HttpRequest("GET", "/route", null, ("Accept", "text/html")), CancellationToken.None)).StatusCode.Should().Be(200);
        (await files.HandleAsync(new HttpRequest("GET", "/api"), CancellationToken.None)).StatusCode.Should().Be(404);
    }

    // <unit-test>
    [Fact]
    public async Task Upper_answers_in_capital_letters()
    {
        var handler = new MyHandler(AsyncEnumerable.Empty<string>());
        using var content = new MemoryStream("hello"u8.ToArray());
        var request = new HttpRequest("POST", "/upper", content, ("Content-Type", "text/plain"));

        HttpResponse response = await handler.HandleAsync(request, CancellationToken.None);

        using var sent = new MemoryStream();
        await response.Body.WriteToAsync(sent, CancellationToken.None);
        Assert.Equal(200, response.StatusCode);
        Assert.Equal("text/plain; charset=utf-8", response.Headers["Content-Type"]);
        Assert.Equal("HELLO", Encoding.UTF8.GetString(sent.ToArray()));
    }
    // </unit-test>

    // <wire-test>
    [Fact]
    public async Task Upper_answers_in_capital_letters_on_the_wire()
    {
        await using var server = new PwbServer(new MyHandler(AsyncEnumerable.Empty<string>()));
        using var conversation = new Conversation("POST /upper HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");

        await server.ServeAsync(conversation);

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", conversation.Answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nHELLO", conversation.Answer, StringComparison.Ordinal);
    }

    // Reading gives what the client sends, then its end; what the server writes is the answer.
    internal sealed class Conversation(string request) : MemoryStream(Encoding.UTF8.GetBytes(request))
    {
        private readonly MemoryStream _answer = new();

        public string Answer => Encoding.UTF8.GetString(_answer.ToArray());

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            _answer.WriteAsync(buffer, cancellationToken);
    }
    // </wire-test>

    [Theory]
    [InlineData("GET", "/", 200)]
    [InlineData("GET", "/time", 200)]
    [InlineData("HEAD", "/news", 200)]
    [InlineData("DELETE", "/time", 405)]
    [InlineData("GET", "/upper", 405)]
    [InlineData("GET", "/11", 404)]
    public async Task The_handler_answers_every_method_and_path(string method, string target, int statusCode)
    {
        HttpResponse response = await new MyHandler(AsyncEnumerable.Empty<string>()).HandleAsync(new HttpRequest(method, target), CancellationToken.None);

        response.StatusCode.Should().Be(statusCode);
    }

    [Fact]
    public async Task An_event_reaches_the_client_before_the_next_one_happens()
    {
        var news = Channel.CreateUnbounded<string>();
        using HttpClient client = new PwbServer(new MyHandler(news.Reader.ReadAllAsync())).CreateClient();
        news.Writer.TryWrite("one").Should().BeTrue();
        using var reader = new StreamReader(await client.GetStreamAsync("/news"));

        (await reader.ReadLineAsync()).Should().Be("data: one");
        (await reader.ReadLineAsync()).Should().BeEmpty();
        news.Writer.TryWrite("two").Should().BeTrue();
        (await reader.ReadLineAsync()).Should().Be("data: two");
        news.Writer.Complete();
        (await reader.ReadToEndAsync()).Should().Be("\n");
    }

    /// <summary>The terminal of the first snippet: somebody asks the server, and then presses Enter.</summary>
    private static class Console
    {
        private static string _shown = "";

        public static string Answer { get; private set; } = "";

        public static void WriteLine(string text) => _shown = text;

        public static void ReadLine()
        {
            using var client = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(_shown.Split(' ')[0]), "/11"));
            using HttpResponseMessage response = client.Send(request);
            using var reader = new StreamReader(response.Content.ReadAsStream());
            Answer = reader.ReadToEnd();
        }
    }
}
