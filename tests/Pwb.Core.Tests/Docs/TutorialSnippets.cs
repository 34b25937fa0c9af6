using System.Text;
using Pwb;

namespace Snippets;

/// <summary>The C# of docs/zh/tutorial.md.</summary>
public sealed class TutorialSnippets : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_first_server_says_hello()
    {
        // <tutorial-hello>
        await using PwbServer server = new();
        await server.RunUntilStoppedAsync();
        // </tutorial-hello>

        using HttpClient client = server.CreateClient();
        (await client.GetStringAsync("/11")).Should().Be("hello PWB");
    }

    [Fact]
    public async Task The_second_server_prints_what_was_asked()
    {
        // <tutorial-print>
        IRequestHandler handler = RequestHandler.From(request =>
        {
            Console.WriteLine($"client {request.Connection.RemoteEndPoint} made a request");
            Console.WriteLine($"{request.Method} {Encoding.ASCII.GetString(request.Target)} HTTP/{request.Version}");
            foreach (FieldLine line in request.Headers)
                Console.WriteLine($"{Encoding.ASCII.GetString(line.Name)}: {Encoding.ASCII.GetString(line.Value)}");
            return HttpResponse.Text("hello PWB");
        });
        await using PwbServer server = new(handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(8888) });
        Console.WriteLine("web server:PWB 1.0 on port 8888...");
        await server.RunUntilStoppedAsync();
        // </tutorial-print>

        using HttpClient client = server.CreateClient();
        (await client.GetStringAsync("/11")).Should().Be("hello PWB");
        Console.Lines.Should().Equal(
            "web server:PWB 1.0 on port 8888...", "client  made a request", "GET /11 HTTP/1.1", "Host: localhost");
    }

    [Theory]
    [InlineData("/", "欢迎")]
    [InlineData("/time", "现在是 ")]
    [InlineData("/11", "没有 /11")]
    public async Task The_third_server_looks_at_the_path(string target, string answer)
    {
        // <tutorial-path>
        IRequestHandler handler = RequestHandler.From(request => request.Path switch
        {
            "/" => HttpResponse.Text("欢迎"),
            "/time" => HttpResponse.Text($"现在是 {DateTime.Now:HH:mm:ss}"),
            _ => HttpResponse.Text($"没有 {request.Path}", 404),
        });
        await using PwbServer server = new(handler);
        await server.RunUntilStoppedAsync();
        // </tutorial-path>

        using HttpClient client = server.CreateClient();
        using HttpResponseMessage response = await client.GetAsync(target);
        (await response.Content.ReadAsStringAsync()).Should().StartWith(answer);
    }

    // <tutorial-files>
    internal sealed class FileHandler(string folder) : IRequestHandler
    {
        private readonly string _root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;

        public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
        {
            string file = Path.GetFullPath(Path.Combine(_root, request.Path.TrimStart('/')));
            if (!file.StartsWith(_root, StringComparison.Ordinal)) return HttpResponse.Text("404", 404);

            if (Directory.Exists(file)) file = Path.Combine(file, "index.html");
            if (!File.Exists(file)) return HttpResponse.Text("404", 404);

            byte[] content = await File.ReadAllBytesAsync(file, cancellationToken);
            return HttpResponse.Bytes(content, contentType: "text/html; charset=utf-8");
        }
    }
    // </tutorial-files>

    [Theory]
    [InlineData("/", 200)]
    [InlineData("/page.html", 200)]
    [InlineData("/no.html", 404)]
    [InlineData("/%2e%2e/secret", 404)]
    public async Task The_fourth_server_serves_files_and_so_does_the_library(string target, int status)
    {
        string folder = _folder.CreateSubdirectory("www").FullName;
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "secret"), "secret");
        await File.WriteAllTextAsync(Path.Combine(folder, "index.html"), "欢迎");
        await File.WriteAllTextAsync(Path.Combine(folder, "page.html"), "页面");

        foreach (IRequestHandler each in (IRequestHandler[])[new StaticFileHandler(folder), new FileHandler(folder)])
        {
            await using PwbServer server = new(each);
            using HttpClient client = server.CreateClient();
            using HttpResponseMessage response = await client.GetAsync(target);
            ((int)response.StatusCode).Should().Be(status);
        }
    }

    [Fact]
    public async Task The_programs_around_the_fourth_server_run()
    {
        Directory.CreateDirectory("www");
        await OwnAsync();
        await LibrarysAsync();

        static async Task OwnAsync()
        {
            // <tutorial-files-run>
            await using PwbServer server = new(new FileHandler("www"));
            await server.RunUntilStoppedAsync();
            // </tutorial-files-run>
        }

        static async Task LibrarysAsync()
        {
            // <tutorial-static>
            await using PwbServer server = new(new StaticFileHandler("www"));
            await server.RunUntilStoppedAsync();
            // </tutorial-static>
        }
    }

    /// <summary>The server, in a process that is told to end before port 8888 is taken: another test may have it.</summary>
    private sealed class PwbServer(IRequestHandler? handler = null, PwbServerOptions? options = null) : IAsyncDisposable
    {
        private readonly Pwb.PwbServer _server = new(handler, options);

        public Task RunUntilStoppedAsync() => _server.RunUntilStoppedAsync(new CancellationToken(canceled: true));

        public HttpClient CreateClient() => _server.CreateClient();

        public ValueTask DisposeAsync() => _server.DisposeAsync();
    }

    /// <summary>The terminal.</summary>
    private static class Console
    {
        public static List<string> Lines { get; } = [];

        public static void WriteLine(string line) => Lines.Add(line);
    }
}
