// An upload of up to 10 GB that goes from the connection to a file, in a few KB of memory; the page shows a progress bar. Try it:
//   dotnet run --project samples/Upload
//   curl --upload-file some-file localhost:8888/upload      (or open http://localhost:8888/ in a browser)
using Pwb;

const long MaxUpload = 10L * 1000 * 1000 * 1000;

StaticFileHandler page = new(new EmbeddedSource(typeof(Program).Assembly, "page/"));
IRequestHandler handler = RequestHandler.From(async (request, cancellationToken) => (request.Method, request.Path) switch
{
    ("PUT", "/upload") => await SaveAsync(request.Body, cancellationToken),
    (_, "/upload") => HttpResponse.MethodNotAllowed("PUT"),
    _ => await page.HandleAsync(request, cancellationToken),
});

await using PwbServer server = new(handler, new PwbServerOptions
{
    EndPoints = ServerEndPoint.Loopback(args is [string port] ? int.Parse(port) : 8888),
    // Everything else keeps the limit of 30 MB.
    MaxContentLengthSelector = request => request.Path is "/upload" ? MaxUpload : null,
});
await server.StartAsync();
Console.WriteLine($"http://localhost:{server.EndPoint.Port}/");
await server.RunUntilStoppedAsync(); // until Ctrl+C or SIGTERM

static async ValueTask<HttpResponse> SaveAsync(Stream content, CancellationToken cancellationToken)
{
    // A name of ours: never one that a client sent.
    string path = Path.Combine(Path.GetTempPath(), $"upload-{Path.GetRandomFileName()}");
    FileStreamOptions isNew = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
    // Other users may look into this folder, so the file is for its owner only.
    if (!OperatingSystem.IsWindows()) isNew.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    try
    {
        await using FileStream file = new(path, isNew);
        await content.CopyToAsync(file, cancellationToken); // throws if the client goes away, is too slow, or sends too much
        Console.WriteLine($"{file.Length} bytes in {path}"); // the client need not know how this machine is laid out
        return HttpResponse.Text($"{file.Length} bytes\n", 201);
    }
    catch
    {
        File.Delete(path); // half a file is none
        throw;
    }
}
