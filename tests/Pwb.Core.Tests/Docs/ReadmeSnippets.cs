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
        await using PwbServer server = new(handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        Console.WriteLine($"http://localhost:{server.EndPoint.Port}/ - press Enter to stop");
        Console.ReadLine();
        await server.StopAsync();
        // </embed>

        Console.Answer.Should().Be("You asked for /11\n");
        server.Invoking(stopped => stopped.EndPoint).Should().Throw<InvalidOperationException>();
    }

    // <readme-handler>
    internal sealed class MyHandler : IRequestHandler
    {
        public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken) =>
            (request.Method, request.Path) switch
            {
                ("GET" or "HEAD", "/") => HttpResponse.Text("Hello!\n"),
                ("POST", "/upper") => HttpResponse.Text(await ReadUpperAsync(request, cancellationToken)),
                _ => HttpResponse.Text("Not found\n", 404),
            };

        private static async Task<string> ReadUpperAsync(HttpRequest request, CancellationToken cancellationToken)
        {
            using var reader = new StreamReader(request.Body);
            return (await reader.ReadToEndAsync(cancellationToken)).ToUpperInvariant();
        }
    }
    // </readme-handler>

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
        await using PwbServer server = new(files, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        // </files>

        (await files.HandleAsync(new HttpRequest("GET", "/route", null, ("Accept", "text/html")), CancellationToken.None)).StatusCode.Should().Be(200);
        (await files.HandleAsync(new HttpRequest("GET", "/api"), CancellationToken.None)).StatusCode.Should().Be(404);
    }

    // <readme-test>
    [Fact]
    public async Task Upper_answers_in_capital_letters()
    {
        using HttpClient client = new PwbServer(new MyHandler()).CreateClient();

        using HttpResponseMessage response = await client.PostAsync("/upper", new StringContent("hello"));

        Assert.Equal("HELLO", await response.Content.ReadAsStringAsync());
    }
    // </readme-test>

    [Theory]
    [InlineData("/", "Hello!\n")]
    [InlineData("/11", "Not found\n")]
    public async Task The_handler_answers_every_path(string target, string answer)
    {
        using HttpClient client = new PwbServer(new MyHandler()).CreateClient();
        using HttpResponseMessage response = await client.GetAsync(target);

        (await response.Content.ReadAsStringAsync()).Should().Be(answer);
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
