using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Pwb;

namespace Notes;

/// <summary>The site: a page, a sign-in, and an API for those who are signed in.</summary>
internal sealed class NotesSite(NoteBook book, string password)
{
    private const string CookieName = "notes";
    // The token of each session, against forgery.
    private readonly ConcurrentDictionary<string, string> _tokens = new(StringComparer.Ordinal);

    public static long? MaxContentLength(HttpRequest request) =>
        request.Path.EndsWith("/files", StringComparison.Ordinal) ? 1_000_000_000 : 100_000; // bytes: with files, without

    public IRequestHandler CreateHandler()
    {
        // <notes-routes>
        Router api = new([
            new("POST /api/sign-out", SignOut),
            new("GET /api/notes", request => HttpResponse.Json(book.Find(request.Query["q"] ?? ""), NotesJson.Default.NoteArray)),
            new("POST /api/notes", AddAsync),
            new("GET /api/notes/{id:int}", (request, route) => Json(book.Get(route.GetInt32("id"))).RespondTo(request)),
            new("PUT /api/notes/{id:int}", ChangeAsync),
            new("DELETE /api/notes/{id:int}", (_, route) =>
                book.Remove(route.GetInt32("id")) ? new HttpResponse(204) : HttpResponse.NotFound()),
            new("POST /api/notes/{id:int}/files", AttachAsync),
            new("GET /api/notes/{id:int}/files/{file:int}", Download),
            new("GET /api/events", request => ServerSentEvents.From(request, book.WatchAsync())),
        ]);
        Router site = new([
            new("POST /sign-in", SignInAsync),
            new("GET /token", request => HttpResponse.Text(TokenOf(request) ?? "").With("Cache-Control", "no-store")),
            new("/api/{path...}", RequestHandler.From((request, cancellationToken) =>
                Refusal(request) is { } refusal ? new(refusal) : api.HandleAsync(request, cancellationToken))),
        ], next: new StaticFileHandler(new EmbeddedSource(typeof(NotesSite).Assembly, "wwwroot/")));
        SecurityHeadersOptions headers = new() { ContentSecurityPolicy = "default-src 'self'; frame-ancestors 'none'" };
        return new SecurityHeadersHandler(site, headers);
        // </notes-routes>
    }

    // <notes-sign-in>
    private async ValueTask<HttpResponse> SignInAsync(HttpRequest request, RouteValues route, CancellationToken cancellationToken)
    {
        FormFields form = await request.ReadFormAsync(cancellationToken: cancellationToken);
        if (!IsSame(form["password"], password)) return HttpResponse.Redirect("/?wrong", 303);

        string session = RandomNumberGenerator.GetHexString(32);
        _tokens[session] = RandomNumberGenerator.GetHexString(32);
        return HttpResponse.Redirect("/", 303).WithCookie(new SetCookie(CookieName, session, sameSite: SameSite.Strict));
    }

    private HttpResponse SignOut(HttpRequest request)
    {
        _tokens.TryRemove(request.Cookies[CookieName] ?? "", out _);
        return new HttpResponse(204).WithCookie(new SetCookie(CookieName, "", maxAge: TimeSpan.Zero));
    }

    private string? TokenOf(HttpRequest request) => _tokens.GetValueOrDefault(request.Cookies[CookieName] ?? "");

    // Refuses whoever is not signed in, and changes without the token, which pages of other sites cannot read.
    private HttpResponse? Refusal(HttpRequest request)
    {
        if (TokenOf(request) is not { } token) return HttpResponse.Problem(403, "Sign in first.");
        if (request.Method is "GET" or "HEAD" or "OPTIONS" || IsSame(request.Headers["X-Token"], token)) return null;
        return HttpResponse.Problem(403, "The token is missing.");
    }

    // Hashes are of one length, so that the time tells nothing.
    private static bool IsSame(string? text, string secret) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(text ?? "")), SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
    // </notes-sign-in>

    // <notes-json>
    private static string Tag(Note note) => $"\"{note.Version}\"";

    private static HttpResponse Json(Note? note, int statusCode = 200) => note is null
        ? HttpResponse.NotFound()
        : HttpResponse.Json(note, NotesJson.Default.Note, statusCode).With("ETag", Tag(note));

    private async ValueTask<HttpResponse> AddAsync(HttpRequest request, RouteValues route, CancellationToken cancellationToken)
    {
        Note note = book.Add(await request.ReadJsonAsync(NotesJson.Default.Draft, cancellationToken: cancellationToken));
        return Json(note, 201).With("Location", $"/api/notes/{note.Id}");
    }

    private async ValueTask<HttpResponse> ChangeAsync(HttpRequest request, RouteValues route, CancellationToken cancellationToken)
    {
        Draft draft = await request.ReadJsonAsync(NotesJson.Default.Draft, cancellationToken: cancellationToken);
        HttpResponse? failure = null; // 412, if the client has not seen the last change
        Note? changed = book.Change(route.GetInt32("id"), note =>
            (failure = request.CheckPreconditions(Tag(note))) is null
                ? note with { Title = draft.Title, Text = draft.Text } : null);
        return failure ?? Json(changed);
    }
    // </notes-json>

    // <notes-files>
    private async ValueTask<HttpResponse> AttachAsync(HttpRequest request, RouteValues route, CancellationToken cancellationToken)
    {
        int id = route.GetInt32("id");
        if (book.Get(id) is null) return HttpResponse.NotFound(); // before the files are read
        await request.ReadFormAsync(
            async (file, token) =>
            {
                if (file.FileName is { Length: > 0 } name) await book.AttachAsync(id, name, file.Body, token);
            },
            cancellationToken: cancellationToken);
        return Json(book.Get(id));
    }

    private HttpResponse Download(HttpRequest request, RouteValues route)
    {
        int id = route.GetInt32("file");
        NoteFile? file = book.Get(route.GetInt32("id"))?.Files.FirstOrDefault(one => one.Id == id);
        return file is null ? HttpResponse.NotFound() : FileResponse.Of(book.PathOf(id), request).Attachment(file.Name);
    }
    // </notes-files>
}
