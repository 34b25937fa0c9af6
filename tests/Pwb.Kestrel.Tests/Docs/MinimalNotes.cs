using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using SameSiteMode = Microsoft.AspNetCore.Http.SameSiteMode;

namespace Notes;

/// <summary>
/// samples/Notes by the minimal API of ASP.NET Core, over the same <see cref="NoteBook"/>: for docs/notes-comparison.md.
/// </summary>
internal sealed class MinimalNotes(NoteBook book, string password)
{
    private const string CookieName = "notes";
    private readonly ConcurrentDictionary<string, string> _tokens = new(StringComparer.Ordinal);

    public WebApplication Create(string address)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address).ConfigureKestrel(options => options.Limits.MaxRequestBodySize = 100_000);
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, NotesJson.Default);
            options.SerializerOptions.RespectNullableAnnotations = true; // the context's own options do not count
            options.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        builder.Services.AddProblemDetails();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();

        // <minimal-routes>
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.Use(SetHeadersAsync);
        EmbeddedFileProvider page = new(Assembly.GetExecutingAssembly(), "wwwroot");
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = page });
        app.UseStaticFiles(new StaticFileOptions { FileProvider = page });

        app.MapPost("/sign-in", SignIn).DisableAntiforgery();
        app.MapGet("/token", Token);
        RouteGroupBuilder api = app.MapGroup("/api").AddEndpointFilter(RefuseAsync).DisableAntiforgery();
        api.MapPost("/sign-out", SignOut);
        api.MapGet("/notes", (string? q) => TypedResults.Ok(book.Find(q ?? "")));
        api.MapPost("/notes", Add);
        api.MapGet("/notes/{id:int}", Show);
        api.MapPut("/notes/{id:int}", Change);
        api.MapDelete("/notes/{id:int}", (int id) => book.Remove(id) ? Results.NoContent() : Results.NotFound());
        api.MapPost("/notes/{id:int}/files", AttachAsync).WithMetadata(new RequestSizeLimitAttribute(1_000_000_000));
        api.MapGet("/notes/{id:int}/files/{file:int}", Download);
        api.MapGet("/events", (IHostApplicationLifetime lifetime) =>
            TypedResults.ServerSentEvents(book.WatchAsync(lifetime.ApplicationStopping)));
        // </minimal-routes>
        return app;
    }

    private static Task SetHeadersAsync(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return next(context);
    }

    // <minimal-sign-in>
    private IResult SignIn(HttpContext context, [FromForm(Name = "password")] string? given)
    {
        if (!IsSame(given, password)) return Results.Redirect("/?wrong"); // 302: there is no 303

        string session = RandomNumberGenerator.GetHexString(32);
        _tokens[session] = RandomNumberGenerator.GetHexString(32);
        context.Response.Cookies.Append(
            CookieName, session, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict });
        return Results.Redirect("/");
    }

    private IResult SignOut(HttpContext context)
    {
        _tokens.TryRemove(context.Request.Cookies[CookieName] ?? "", out _);
        context.Response.Cookies.Delete(CookieName);
        return Results.NoContent();
    }

    private IResult Token(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Text(TokenOf(context.Request) ?? "");
    }

    private string? TokenOf(HttpRequest request) => _tokens.GetValueOrDefault(request.Cookies[CookieName] ?? "");

    private async ValueTask<object?> RefuseAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        HttpRequest request = context.HttpContext.Request;
        if (TokenOf(request) is not { } token) return Results.Problem("Sign in first.", statusCode: 403);
        bool isSafe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            || HttpMethods.IsOptions(request.Method);
        return isSafe || IsSame(request.Headers["X-Token"], token)
            ? await next(context)
            : Results.Problem("The token is missing.", statusCode: 403);
    }

    private static bool IsSame(string? text, string secret) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(text ?? "")), SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
    // </minimal-sign-in>

    // <minimal-json>
    private static string Tag(Note note) => $"\"{note.Version}\"";

    private static IResult Json(HttpContext context, Note? note)
    {
        if (note is null) return Results.NotFound();
        context.Response.Headers.ETag = Tag(note);
        return TypedResults.Ok(note);
    }

    private IResult Show(HttpContext context, int id)
    {
        Note? note = book.Get(id);
        if (note is null || !context.Request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Tag == Tag(note)))
            return Json(context, note);
        context.Response.Headers.ETag = Tag(note);
        return Results.StatusCode(304);
    }

    private IResult Add(HttpContext context, Draft draft)
    {
        Note note = book.Add(draft);
        context.Response.Headers.ETag = Tag(note);
        return TypedResults.Created($"/api/notes/{note.Id}", note);
    }

    private IResult Change(HttpContext context, int id, Draft draft)
    {
        IList<EntityTagHeaderValue> expected = context.Request.GetTypedHeaders().IfMatch;
        bool isStale = false;
        Note? changed = book.Change(id, note =>
        {
            isStale = expected.Count > 0
                && !expected.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || (!tag.IsWeak && tag.Tag == Tag(note)));
            return isStale ? null : note with { Title = draft.Title, Text = draft.Text };
        });
        return isStale ? Results.StatusCode(412) : Json(context, changed);
    }
    // </minimal-json>

    // <minimal-files>
    // Not IFormFile, which writes each file to a temporary one before the handler is called.
    private async Task<IResult> AttachAsync(HttpContext context, int id)
    {
        if (book.Get(id) is null) return Results.NotFound();
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= 70 } boundary)
            return Results.Problem("This is no form.", statusCode: 415);

        MultipartReader parts = new(boundary, context.Request.Body);
        try
        {
            while (await parts.ReadNextSectionAsync(context.RequestAborted) is { } part)
            {
                if (!ContentDispositionHeaderValue.TryParse(
                    part.ContentDisposition, out ContentDispositionHeaderValue? disposition)) continue;
                string name =
                    (disposition.FileNameStar.HasValue
                        ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).Value ?? "";
                if (name.Length > 0) await book.AttachAsync(id, Path.GetFileName(name), part.Body, context.RequestAborted);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException
            || (exception is IOException and not BadHttpRequestException))
        {
            return Results.Problem("This is no form.", statusCode: 400);
        }

        return Json(context, book.Get(id));
    }

    private IResult Download(int id, int file)
    {
        NoteFile? found = book.Get(id)?.Files.FirstOrDefault(one => one.Id == file);
        return found is null
            ? Results.NotFound()
            : Results.File(File.OpenRead(book.PathOf(file)), "application/octet-stream", found.Name, enableRangeProcessing: true);
    }
    // </minimal-files>
}
