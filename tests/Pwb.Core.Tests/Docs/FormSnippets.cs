using System.Net.Http.Headers;
using Pwb;

namespace Snippets;

/// <summary>The C# of docs/forms.md.</summary>
public sealed class FormSnippets
{
    [Fact]
    public async Task A_query_is_read()
    {
        IRequestHandler handler = RequestHandler.From(request =>
        {
            // <form-query>
            string words = request.Query["q"] ?? "";
            int page = request.Query.TryGet("page", out int number) ? number : 1;
            IReadOnlyList<string> tags = request.Query.GetAll("tag");
            // </form-query>
            return HttpResponse.Text($"{words} {page} {string.Join(',', tags)}");
        });
        using HttpClient client = new PwbServer(handler).CreateClient();

        (await client.GetStringAsync("/?q=green+tea&tag=a&page=2&tag=b")).Should().Be("green tea 2 a,b");
        (await client.GetStringAsync("/?page=two")).Should().Be(" 1 ");
    }

    [Fact]
    public async Task A_cookie_is_read_and_set()
    {
        IRequestHandler handler = RequestHandler.From(request =>
        {
            // <form-cookie>
            string session = request.Cookies["__Host-session"] ?? Guid.NewGuid().ToString("N");
            return HttpResponse.Text("Welcome\n")
                .WithCookie(new SetCookie("__Host-session", session, secure: true, maxAge: TimeSpan.FromHours(8)));
            // </form-cookie>
        });
        using HttpClient client = new PwbServer(handler).CreateClient();
        client.DefaultRequestHeaders.Add("Cookie", "a=1; __Host-session=42");
        using HttpResponseMessage response = await client.GetAsync("/");

        response.Headers.GetValues("Set-Cookie").Should().Equal(
            "__Host-session=42; Path=/; Max-Age=28800; Secure; HttpOnly; SameSite=Lax");
    }

    [Fact]
    public async Task Fields_are_read()
    {
        // <form-fields>
        Router router = new([
            new("POST /contact", async (request, _, cancellationToken) =>
            {
                FormFields form = await request.ReadFormAsync(cancellationToken: cancellationToken);
                if (form["email"] is not { Length: > 0 } email) return HttpResponse.Text("Which address?\n", 422);
                return HttpResponse.Text($"Thank you, {email}\n");
            }),
        ]);
        // </form-fields>
        using HttpClient client = new PwbServer(router).CreateClient();
        using FormUrlEncodedContent form = new([new("email", "ann@example.com")]);
        using HttpResponseMessage response = await client.PostAsync("/contact", form);

        (await response.Content.ReadAsStringAsync()).Should().Be("Thank you, ann@example.com\n");
        using StringContent text = new("email=ann");
        using HttpResponseMessage refused = await client.PostAsync("/contact", text);
        ((int)refused.StatusCode).Should().Be(415);
    }

    [Fact]
    public async Task Files_are_saved()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();

        // <form-files>
        IRequestHandler upload = RequestHandler.From(async (request, cancellationToken) =>
        {
            List<string> names = [];
            FormFields form = await request.ReadFormAsync(SaveAsync, cancellationToken: cancellationToken);
            return HttpResponse.Text($"{form["title"]}: {string.Join(", ", names)}\n");

            async ValueTask SaveAsync(FormPart file, CancellationToken token)
            {
                if (file.FileName is null or "") return; // the user has chosen none
                names.Add(file.FileName);

                // A name of our own: the client's is text, not a path.
                await using FileStream saved = File.Create(Path.Combine(folder.FullName, Guid.NewGuid().ToString("N")));
                await file.Body.CopyToAsync(saved, token);
            }
        });
        // </form-files>

        using HttpClient client = new PwbServer(upload).CreateClient();
        using MultipartFormDataContent form = new();
        form.Add(new StringContent("Holidays"), "title");
        form.Add(new ByteArrayContent(new byte[100_000]), "photo", "../sea.jpg");
        using HttpResponseMessage response = await client.PostAsync("/", form);

        (await response.Content.ReadAsStringAsync()).Should().Be("Holidays: sea.jpg\n");
        folder.GetFiles().Should().ContainSingle().Which.Length.Should().Be(100_000);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Parts_are_read_one_after_another()
    {
        IRequestHandler handler = RequestHandler.From(async (request, cancellationToken) =>
        {
            long length = 0;

            // <form-parts>
            MultipartReader parts = request.ReadMultipart(new FormLimits { MaxParts = 10 });
            while (await parts.ReadAsync(cancellationToken) is { } part)
            {
                if (part is { Name: "token", FileName: null } && await part.ReadTextAsync(cancellationToken) != "secret")
                    return HttpResponse.Text("Not you\n", 403); // before the file behind it is read
                if (part.FileName is not null) length += await CountAsync(part.Body, cancellationToken);
            }
            // </form-parts>

            return HttpResponse.Text($"{length}");
        });
        using HttpClient client = new PwbServer(handler).CreateClient();
        using MultipartFormDataContent form = new();
        form.Add(new StringContent("secret"), "token");
        form.Add(new ByteArrayContent(new byte[100_000]) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } },
            "photo", "a.png");
        using HttpResponseMessage response = await client.PostAsync("/", form);
        (await response.Content.ReadAsStringAsync()).Should().Be("100000");

        static async Task<long> CountAsync(Stream stream, CancellationToken cancellationToken)
        {
            using MemoryStream copy = new();
            await stream.CopyToAsync(copy, cancellationToken);
            return copy.Length;
        }
    }
}
