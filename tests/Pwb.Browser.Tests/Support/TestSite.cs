namespace Pwb.Browser.Support;

/// <summary>
/// A folder of its own in the folder for temporary ones, served over TCP, with a journal of what was asked for.
/// </summary>
internal sealed class TestSite : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-site-");
    private PwbServer? _server;

    private TestSite()
    {
    }

    public string Folder => _folder.FullName;

    /// <summary>Without a slash at its end.</summary>
    public string Address => $"{(_server!.EndPoint.Tls is not null ? "https" : "http")}://localhost:{Port}";

    public int Port => _server!.EndPoint.Port;

    public Journal<Exchange> Exchanges { get; } = new();

    /// <param name="prepare">Puts files into the folder before it is served.</param>
    /// <param name="options">How to serve it.</param>
    /// <param name="tls">With which certificate; null for plain HTTP.</param>
    public static async Task<TestSite> StartAsync(
        Action<string> prepare, StaticFileOptions? options = null, TlsOptions? tls = null)
    {
        TestSite site = new();
        prepare(site.Folder);
        StaticFileHandler files = new(site.Folder, options);
        IRequestHandler recorder = RequestHandler.From(async (request, cancellationToken) =>
        {
            HttpResponse response = await files.HandleAsync(request, cancellationToken);
            site.Exchanges.Add(
                new Exchange(request.Method, System.Text.Encoding.ASCII.GetString(request.Target), response.StatusCode)
                {
                    Range = request.Headers["Range"],
                    AcceptEncoding = request.Headers["Accept-Encoding"],
                    ContentEncoding = response.Headers["Content-Encoding"],
                    ContentRange = response.Headers["Content-Range"],
                    ContentType = response.Headers["Content-Type"],
                });
            return response;
        });
        site._server = new PwbServer(recorder, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0, tls) });
        await site._server.StartAsync();
        return site;
    }

    /// <summary>Copies a folder that lies beside the tests.</summary>
    public static void Copy(string name, string destination)
    {
        string source = Path.Combine(AppContext.BaseDirectory, name);
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(destination, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
