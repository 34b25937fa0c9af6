using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Notes;

namespace Pwb.Kestrel.Tests;

/// <summary>
/// samples/Notes and the same by ASP.NET Core give a client the same, but for what docs/notes-comparison.md names.
/// </summary>
public sealed class NotesComparisonTests
{
    private const string Password = "s3cret";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Both_do_what_a_client_of_notes_wants(bool isPwb)
    {
        await using Site site = await Site.StartAsync(isPwb);
        using HttpClient client = site.Client();

        (await client.GetAsync("/api/notes")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        using HttpResponseMessage wrong = await SignInAsync(client, "wrong");
        wrong.Headers.Location!.OriginalString.Should().Be("/?wrong");
        using HttpResponseMessage signedIn = await SignInAsync(client, Password);
        signedIn.Headers.GetValues("Set-Cookie").Single().ToUpperInvariant().Should().Contain("PATH=/").And.Contain("HTTPONLY")
            .And.Contain("SAMESITE=STRICT");
        signedIn.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");

        (await client.PostAsJsonAsync("/api/notes", new { title = "Tea", text = "green" })).StatusCode.Should().Be(
            HttpStatusCode.Forbidden, "there is no token");
        client.DefaultRequestHeaders.Add("X-Token", await client.GetStringAsync("/token"));
        using HttpResponseMessage added = await client.PostAsJsonAsync("/api/notes", new { title = "Tea", text = "green" });
        added.StatusCode.Should().Be(HttpStatusCode.Created);
        string note = added.Headers.Location!.OriginalString;
        (await added.Content.ReadAsStringAsync()).Should().Be("""{"id":1,"version":1,"title":"Tea","text":"green","files":[]}""");
        (await client.PostAsync("/api/notes", new StringContent("{", Encoding.UTF8, "application/json"))).StatusCode
            .Should().Be(HttpStatusCode.BadRequest);
        (await client.PostAsync(
            "/api/notes", new StringContent("{\"title\":null,\"text\":\"\"}", Encoding.UTF8, "application/json"))).StatusCode
            .Should().Be(HttpStatusCode.BadRequest);
        (await client.PostAsync("/api/notes", new StringContent("{}", Encoding.UTF8, "text/plain"))).StatusCode.Should().Be(
            HttpStatusCode.UnsupportedMediaType);
        (await client.PostAsJsonAsync("/api/notes", new { title = new string('x', 100_000), text = "" })).StatusCode.Should().Be(
            HttpStatusCode.RequestEntityTooLarge);
        (await client.GetStringAsync("/api/notes?q=gre%45N+tea")).Should().Contain("Tea");
        (await client.GetStringAsync("/api/notes?q=coffee")).Should().Be("[]");
        (await client.GetAsync("/api/notes/seven")).StatusCode.Should().Be(HttpStatusCode.NotFound);

        using HttpRequestMessage known = new(
            HttpMethod.Get, note)
        { Headers = { IfNoneMatch = { new EntityTagHeaderValue("\"1\"") } } };
        (await client.SendAsync(known)).StatusCode.Should().Be(HttpStatusCode.NotModified);
        (await ChangeAsync(client, note, "\"1\"")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await ChangeAsync(client, note, "\"1\"")).StatusCode.Should().Be(HttpStatusCode.PreconditionFailed);

        using MultipartFormDataContent form =
            new() { { new ByteArrayContent(new byte[3_000_000]), "files", "\u4F60\u597D.bin" } };
        using HttpResponseMessage attached = await client.PostAsync($"{note}/files", form);
        (await attached.Content.ReadAsStringAsync()).Should().Contain(""" "length":3000000""".Trim());
        using HttpRequestMessage part = new(
            HttpMethod.Get, $"{note}/files/2")
        { Headers = { Range = new RangeHeaderValue(5, 9) } };
        using HttpResponseMessage download = await client.SendAsync(part);
        download.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        download.Content.Headers.ContentDisposition!.FileNameStar.Should().Be("\u4F60\u597D.bin");
        (await client.PostAsync($"{note}/files", new StringContent("x", Encoding.UTF8, "text/plain"))).StatusCode.Should().Be(
            HttpStatusCode.UnsupportedMediaType);

        using Stream events = await OpenEventsAsync(site, client);
        (await client.DeleteAsync(note)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        using StreamReader lines = new(events);
        while (await lines.ReadLineAsync().WaitAsync(Patience) is not "event: removed") continue;
        Directory.GetFiles(site.Folder).Should().BeEmpty();
        (await client.GetStringAsync("/")).Should().Contain("<title>Notes</title>");
        (await client.PostAsync("/api/sign-out", null)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await client.GetAsync("/api/notes")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    // Each row is one of docs/notes-comparison.md.
    [Theory]
    [InlineData("after a POST, a redirect", "303", "302")]
    [InlineData("a page of another site signs in", "403", "302")]
    [InlineData("a host that is none of this machine's", "421", "200")]
    [InlineData("PATCH of a note", "405 DELETE, GET, HEAD, OPTIONS, PUT", "405 DELETE, GET, PUT")]
    [InlineData("HEAD of a note", "200", "405")]
    [InlineData("OPTIONS of a note", "204", "405")]
    [InlineData("DELETE of a note, with a slash at its end", "404", "204")]
    [InlineData("a part of a form without a name", "400", "200")]
    [InlineData("a form that ends before its last boundary", "400", "400")]
    public async Task They_differ_as_the_page_says(string what, string pwb, string kestrel)
    {
        (await AskAsync(isPwb: true)).Should().Be(pwb, what);
        (await AskAsync(isPwb: false)).Should().Be(kestrel, what);

        async Task<string> AskAsync(bool isPwb)
        {
            await using Site site = await Site.StartAsync(isPwb);
            using HttpClient client = site.Client();
            await SignInAsync(client, Password);
            client.DefaultRequestHeaders.Add("X-Token", await client.GetStringAsync("/token"));
            site.Book.Add(new Draft("Tea", "green"));
            using HttpRequestMessage request = RequestOf(what);
            using HttpResponseMessage response = await client.SendAsync(request);
            string allow = string.Join(", ", response.Content.Headers.Allow.Order(StringComparer.Ordinal));
            return $"{(int)response.StatusCode} {(what.StartsWith("PATCH", StringComparison.Ordinal) ? allow : "")}".Trim();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stop_ends_the_streams_of_events(bool isPwb)
    {
        await using Site site = await Site.StartAsync(isPwb);
        using HttpClient client = site.Client();
        await SignInAsync(client, Password);
        using Stream events = await OpenEventsAsync(site, client);

        await site.StopAsync().WaitAsync(Patience);

        // PWB ends the stream in good order; ASP.NET Core breaks it off.
        Func<Task> read = () => events.CopyToAsync(Stream.Null);
        if (isPwb) await read.Should().NotThrowAsync();
        else await read.Should().ThrowAsync<IOException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Events_that_are_none_yet_have_a_head_at_once_or_not(bool isPwb)
    {
        await using Site site = await Site.StartAsync(isPwb);
        using HttpClient client = site.Client();
        await SignInAsync(client, Password);

        Task<Stream> opening = client.GetStreamAsync("/api/events");
        await Task.WhenAny(opening, Task.Delay(isPwb ? Patience : TimeSpan.FromSeconds(1)));

        opening.IsCompleted.Should().Be(isPwb);
    }

    // ASP.NET Core sends the head with the first item, so there has to be one after the stream has begun.
    private static async Task<Stream> OpenEventsAsync(Site site, HttpClient client)
    {
        Task<Stream> opening = client.GetStreamAsync("/api/events");
        while (await Task.WhenAny(opening, Task.Delay(50)) != opening) site.Book.Add(new Draft("", ""));
        return await opening;
    }

    private static HttpRequestMessage RequestOf(string what) => what switch
    {
        "after a POST, a redirect" => new(HttpMethod.Post, "/sign-in") { Content = Form(Password) },
        "a page of another site signs in" =>
            new(HttpMethod.Post, "/sign-in") { Content = Form(Password), Headers = { { "Origin", "https://evil.example" } } },
        "a host that is none of this machine's" => new(HttpMethod.Get, "/") { Headers = { Host = "evil.example" } },
        "DELETE of a note, with a slash at its end" => new(HttpMethod.Delete, "/api/notes/1/"),
        "a part of a form without a name" => Raw("--b\r\nContent-Disposition: form-data; filename=\"x\"\r\n\r\nx\r\n--b--\r\n"),
        "a form that ends before its last boundary" =>
            Raw("--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"x\"\r\n\r\nx\r\n"),
        _ => new(new HttpMethod(what.Split(' ')[0]), "/api/notes/1"),
    };

    private static HttpRequestMessage Raw(string content)
    {
        StringContent form = new(content);
        form.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        return new HttpRequestMessage(HttpMethod.Post, "/api/notes/1/files") { Content = form };
    }

    private static FormUrlEncodedContent Form(string password) => new([new("password", password)]);

    private static Task<HttpResponseMessage> SignInAsync(HttpClient client, string password) =>
        client.PostAsync("/sign-in", Form(password));

    private static Task<HttpResponseMessage> ChangeAsync(HttpClient client, string note, string version)
    {
        HttpRequestMessage request = new(
            HttpMethod.Put, note)
        { Content = JsonContent.Create(new { title = "Tea", text = "black" }) };
        request.Headers.IfMatch.Add(new EntityTagHeaderValue(version));
        return client.SendAsync(request);
    }

    private sealed class Site : IAsyncDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-notes-");
        private PwbServer? _pwb;
        private WebApplication? _kestrel;
        private string _address = "";

        private Site() => Book = new NoteBook(_folder.FullName);

        public NoteBook Book { get; }

        public string Folder => _folder.FullName;

        public static async Task<Site> StartAsync(bool isPwb)
        {
            Site site = new();
            if (isPwb)
            {
                site._pwb = new PwbServer(new NotesSite(site.Book, Password).CreateHandler(), new PwbServerOptions
                {
                    EndPoints = ServerEndPoint.Loopback(0),
                    MaxContentLengthSelector = NotesSite.MaxContentLength,
                });
                await site._pwb.StartAsync();
                site._address = site._pwb.Urls[0];
            }
            else
            {
                site._kestrel = new MinimalNotes(site.Book, Password).Create("http://127.0.0.1:0");
                await site._kestrel.StartAsync();
                site._address = site._kestrel.Urls.First();
            }

            return site;
        }

        public HttpClient Client() =>
            new(new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                CookieContainer = new CookieContainer(),
            })
            { BaseAddress = new Uri(_address) };

        public Task StopAsync() => _pwb?.StopAsync() ?? _kestrel!.StopAsync();

        public async ValueTask DisposeAsync()
        {
            if (_pwb is not null) await _pwb.DisposeAsync();
            if (_kestrel is not null) await _kestrel.DisposeAsync();
            _folder.Delete(recursive: true);
        }
    }
}
