using System.Net;
using Pwb;

namespace Snippets;

/// <summary>The C# of docs/static-files.md.</summary>
public sealed class StaticFileSnippets : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public StaticFileSnippets()
    {
        foreach ((string name, string text) in ((string, string)[])[
            ("index.html", "the start"), ("about.html", "about"), ("404.html", "nothing here"), ("assets/app.js", "app"),
            ("assets/app.js.br", "packed"), ("data.geo", "{}")])
        {
            string path = Path.Combine(_folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_folder_is_served()
    {
        string folder = _folder;

        // <static-folder>
        await using PwbServer server = new(new StaticFileHandler(folder));
        // </static-folder>

        using HttpClient client = server.CreateClient();
        (await client.GetStringAsync("/")).Should().Be("the start");
        using HttpResponseMessage missing = await client.GetAsync("/no");
        missing.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await missing.Content.ReadAsStringAsync()).Should().Be("nothing here");
    }

    [Fact]
    public async Task Each_option_does_what_the_document_says()
    {
        // <static-options>
        var options = new StaticFileOptions
        {
            IndexFiles = ["index.html", "default.html"],
            NotFoundPage = "404.html",
            CleanUrls = true,
            CacheControl = [("/assets/*", "public, max-age=31536000, immutable"), ("*.html", "no-cache")],
            Headers = [("Referrer-Policy", "no-referrer")],
            ContentTypes = new Dictionary<string, string>(StringComparer.Ordinal) { [".geo"] = "application/geo+json" },
        };
        // </static-options>

        using HttpClient client = new PwbServer(new StaticFileHandler(_folder, options)).CreateClient();
        (await client.GetStringAsync("/about")).Should().Be("about");
        using HttpResponseMessage script = await client.GetAsync("/assets/app.js");
        script.Headers.CacheControl!.ToString().Should().Be("public, max-age=31536000, immutable");
        script.Headers.GetValues("Referrer-Policy").Should().Equal("no-referrer");
        using HttpResponseMessage data = await client.GetAsync("/data.geo");
        data.Content.Headers.ContentType!.ToString().Should().Be("application/geo+json");
    }

    [Fact]
    public async Task A_listing_shows_a_directory_without_an_index_file()
    {
        string folder = _folder;

        // <static-listing>
        var handler = new StaticFileHandler(folder, new StaticFileOptions { ListDirectories = true });
        // </static-listing>

        using HttpClient client = new PwbServer(handler).CreateClient();
        (await client.GetStringAsync("/assets/")).Should().Contain("app.js");
    }

    [Fact]
    public async Task No_neighbour_is_served_where_none_is_wanted()
    {
        string folder = _folder;

        // <static-no-neighbours>
        var uploads = new StaticFileHandler(folder, new StaticFileOptions { PrecompressedCodings = [] });
        // </static-no-neighbours>

        using HttpClient client = new PwbServer(uploads).CreateClient();
        client.DefaultRequestHeaders.Add("Accept-Encoding", "br");
        (await client.GetStringAsync("/assets/app.js")).Should().Be("app");
    }

    [Theory]
    [InlineData("/route/of/the/app", "text/html", "the start")]
    [InlineData("/api/time", "application/json", "the API")]
    [InlineData("/assets/app.js", "*/*", "app")]
    public async Task An_application_of_one_page_has_its_API_beside_it(string target, string accept, string answer)
    {
        string folder = _folder;

        // <static-spa>
        IRequestHandler api = RequestHandler.From(_ => HttpResponse.Text("the API"));
        var handler = new StaticFileHandler(folder, new StaticFileOptions { Fallback = "index.html" }, next: api);
        // </static-spa>

        using HttpClient client = new PwbServer(handler).CreateClient();
        client.DefaultRequestHeaders.Add("Accept", accept);
        (await client.GetStringAsync(target)).Should().Be(answer);
    }

    [Fact]
    public async Task A_neighbour_is_served_to_who_accepts_it_and_a_copy_is_asked_for_again()
    {
        using HttpClient client = new PwbServer(new StaticFileHandler(_folder)).CreateClient();
        client.DefaultRequestHeaders.Add("Accept-Encoding", "br");

        using HttpResponseMessage packed = await client.GetAsync("/assets/app.js");

        (await packed.Content.ReadAsStringAsync()).Should().Be("packed");
        packed.Content.Headers.ContentEncoding.Should().Equal("br");
        packed.Content.Headers.ContentType!.MediaType.Should().Be("text/javascript");
        packed.Headers.CacheControl!.ToString().Should().Be("no-cache");
        client.DefaultRequestHeaders.IfNoneMatch.Add(packed.Headers.ETag!);
        using HttpResponseMessage again = await client.GetAsync("/assets/app.js");
        again.StatusCode.Should().Be(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Files_may_be_inside_the_program()
    {
        // <static-embedded>
        var source = new EmbeddedSource(typeof(StaticFileSnippets).Assembly, "embedded/");
        var handler = new StaticFileHandler(source);
        // </static-embedded>

        using HttpClient client = new PwbServer(handler).CreateClient();
        using HttpResponseMessage response = await client.GetAsync("/sub/empty.txt");
        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_source_may_be_anything()
    {
        // <static-own>
        var source = new DictionarySource(
            new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["index.html"] = "from memory"u8.ToArray() });
        var handler = new StaticFileHandler(source);
        // </static-own>

        using HttpClient client = new PwbServer(handler).CreateClient();
        (await client.GetStringAsync("/")).Should().Be("from memory");
    }

    // <static-source>
    internal sealed class DictionarySource(IReadOnlyDictionary<string, byte[]> files) : ContentSource
    {
        private readonly DateTimeOffset _lastModified = DateTimeOffset.UtcNow;

        // The root is a directory, the empty path; there are no others.
        public override ContentInfo? Find(string path)
        {
            if (path.Length == 0) return new ContentInfo("", IsDirectory: true, 0, _lastModified);
            return files.TryGetValue(path, out byte[]? content)
                ? new ContentInfo(path, IsDirectory: false, content.Length, _lastModified) : null;
        }

        public override Stream? Open(string path, out ContentInfo info)
        {
            info = default;
            if (!files.TryGetValue(path, out byte[]? content)) return null;

            info = new ContentInfo(path, IsDirectory: false, content.Length, _lastModified);
            return new MemoryStream(content, writable: false);
        }

        public override IEnumerable<ContentInfo> List(string path) =>
            path.Length == 0
                ? files.Select(file => new ContentInfo(file.Key, IsDirectory: false, file.Value.Length, _lastModified)) : [];
    }
    // </static-source>
}
