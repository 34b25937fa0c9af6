using System.IO.Compression;
using System.Net;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

// What stands here is shown to readers as it is: names that an example gives and does not use, and the
// shortest way to say a thing.
#pragma warning disable IDE0040, IDE0060, CA1822, CA1861, CA2000, CA2007, CS8321, IDE0059, IDE0039
#pragma warning disable S1481, MA0002, MA0004, MA0040, MA0042, VSTHRD103, VSTHRD200

namespace Pwb.Tests.Docs;

/// <summary>
/// The examples in the documentation comments of the public types: compiled, word for word. <see cref="ExampleTests"/> compares.
/// </summary>
internal static partial class Examples
{
    public static void Around(
        IRequestHandler inner, HttpRequest request, string password, bool isDevelopment, ILoggerFactory loggerFactory,
        Database database)
    {
        Use(() => { IRequestHandler handler = new BasicAuthenticationHandler("PWB", "ann", password, inner); });
        Use(() => { IRequestHandler handler = new BearerAuthenticationHandler("api", FindUserAsync, inner); });
        Use(() => { IRequestHandler handler = new CompressionHandler(inner); });
        Use(() => { IRequestHandler handler = new CompressionHandler(inner, new CompressionOptions { MinLength = 4096 }); });
        Use(() => { IRequestHandler handler = new CorsHandler(new CorsOptions { Origins = ["https://app.example"] }, inner); });
        Use(() =>
        {
            CorsOptions options = new() { Origins = ["https://app.example"], Methods = ["GET", "PUT"], AllowCredentials = true };
        });
        Use(() =>
        {
            IRequestHandler handler = new ExceptionPageHandler(inner, isDevelopment, loggerFactory.CreateLogger("App"));
        });
        Use(() => { IRequestHandler handler = new ForwardedHandler([IPNetwork.Parse("10.0.0.0/24")], inner); });
        Use(() => { IPAddress? client = ForwardedRequest.Of(request).Client; });
        Use(() => { IRequestHandler handler = new HealthHandler(inner, async token => await database.PingAsync(token)); });
        Use(() => { IRequestHandler handler = new ProxyHandler("/api", new Uri("http://localhost:5000"), next: inner); });
        Use(() =>
        {
            ProxyOptions options =
                new() { ResponseTimeout = TimeSpan.FromMinutes(5), Logger = loggerFactory.CreateLogger("Proxy") };
        });
        Use(() => { IRequestHandler handler = new RequestIdHandler(inner); });
        Use(() => { string? user = RequestUser.Of(request); });
        Use(() => { IRequestHandler handler = new SecurityHeadersHandler(inner); });
        Use(() =>
        {
            IRequestHandler handler = new SecurityHeadersHandler(
                inner, new SecurityHeadersOptions { ContentSecurityPolicy = "default-src 'self'" });
        });
    }

    public static async Task Requests(
        HttpRequest request, IRequestHandler handler, FormPart part, string folder, CancellationToken cancellationToken)
    {
        await UseAsync(async () =>
        {
            FormFields form = await request.ReadFormAsync();
            string? name = form["name"];
            int count = form.TryGet("count", out int number) ? number : 1;
        });
        await UseAsync(async () => { FormFields form = await request.ReadFormAsync(cancellationToken: cancellationToken); });
        Use(() => { MultipartReader parts = request.ReadMultipart(new FormLimits { MaxParts = 10 }); });
        await UseAsync(async () =>
        {
            MultipartReader parts = request.ReadMultipart();
            while (await parts.ReadAsync(cancellationToken) is { } part)
            {
                if (part.FileName is not null) await SaveAsync(part.Body, cancellationToken);
            }
        });
        await UseAsync(async () =>
        {
            await using FileStream file = File.Create(Path.Combine(folder, Guid.NewGuid().ToString("N"))); // never part.FileName
            await part.Body.CopyToAsync(file);
        });
        Use(() => { int page = request.Query.TryGet("page", out int number) ? number : 1; });
        Use(() =>
        {
            string? text = request.Query["q"];
            foreach (string tag in request.Query.GetAll("tag")) Console.WriteLine(tag);
        });
        Use(() => { string? session = request.Cookies["session"]; });
        Use(() =>
        {
            string? agent = request.Headers["User-Agent"];
            foreach ((string name, string value) in request.Headers) Console.WriteLine($"{name}: {value}");
        });
        Use(() => { foreach (FieldLine line in request.Headers) Console.WriteLine(line.ToString()); });
        Use(() =>
        {
            request.Items[User] = "alice"; // static readonly object User = new();
        });
        await UseAsync(async () => { Order order = await request.ReadJsonAsync(OrdersJson.Default.Order); });
        Use(() =>
        {
            HttpConnectionInfo connection = new() { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 50123), IsSecure = true };
            HttpRequest request = new("GET", "/") { Connection = connection };
        });
        Use(() => { bool isOwner = request.Connection.RemoteEndPoint is UnixPeerEndPoint { UserId: 1000 }; });
        await UseAsync(async () =>
        {
            HttpResponse response = await handler.HandleAsync(new HttpRequest("GET", "/orders/7?full=1"), default); // in a test
        });
        Use(() =>
        {
            throw new RequestRejectedException(413); // in a test of a handler: as a body does that is too large
        });
    }

    public static async Task Responses(
        HttpRequest request, HttpResponse response, ResponseBody body, ResponseStarter starter, HttpClient client, Uri url,
        byte[] png, byte[] content, string path, string id, CancellationToken token)
    {
        Use(() =>
        {
            HttpResponse text = HttpResponse.Text("hello\n");
            HttpResponse file = new(200, ResponseBody.From(File.OpenRead(path)), ("Content-Type", "text/csv"));
            HttpResponse cached = text.With("Cache-Control", "max-age=60");
        });
        Use(() => HttpResponse.Bytes(png, contentType: "image/png").With("ETag", "\"7\"").RespondTo(request));
        Use(() => response.WithCookie(new SetCookie("__Host-session", id, secure: true)));
        Use(() =>
        {
            ResponseBody body = ResponseBody.Push(async (output, token) =>
            {
                for (int i = 0; i < 1000; i++) await output.WriteAsync("a line\n"u8.ToArray(), token);
            });
        });
        Use(() =>
        {
            ResponseBody zipped =
                ResponseBody.Wrap(body, output => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true));
        });
        await UseAsync(async () =>
        {
            Stream output = starter.Start(HttpResponse.Text("").With("Server-Timing", "db;dur=53"));
            await output.WriteAsync(content, token);
        });
        Make(() =>
        {
            return DeferredResponse.From(async (starter, token) =>
            {
                using HttpResponseMessage answer = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, token);
                Stream output = starter.Start(new HttpResponse((int)answer.StatusCode));
                await answer.Content.CopyToAsync(output, token);
            });
        });
        Make(() =>
        {
            return HttpResponse.Upgrade("echo", async (stream, token) => await stream.CopyToAsync(stream, token));
        });
        Make(() =>
        {
            return request.AcceptWebSocket(async (socket, token) =>
            {
                while (await socket.ReceiveMessageAsync(cancellationToken: token) is { } message)
                    await socket.SendTextAsync(message.Text, token);
            });
        });
        Make(() => (request.Method, request.Path) switch
        {
            ("GET" or "HEAD", "/manual") => FileResponse.Of("manual.pdf", request),
            _ => response,
        });
        Use(() =>
        {
            IRequestHandler handler = RequestHandler.From(request =>
                ServerSentEvents.From(request, NewsAsync(request.GetLastEventId())));

            static async IAsyncEnumerable<SseItem<string>> NewsAsync(
                string? after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
            {
                await foreach (News news in News.ReadAsync(after, cancellationToken))
                    yield return new SseItem<string>(news.Text) { EventId = news.Id };
            }
        });
    }

    public static async ValueTask<HttpResponse> Tunnel(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Host != "api.example:443") return new HttpResponse(403);
        TcpClient target = new();
        await target.ConnectAsync("api.example", 443, cancellationToken);
        return TunnelResponse.To(target.GetStream(), request.Stopping);
    }

    public static async Task WebSockets(WebSocket socket, CancellationToken token)
    {
        await UseAsync(async () =>
        {
            while (await socket.ReceiveMessageAsync(cancellationToken: token) is { } message) Console.WriteLine(message.Text);
        });
        await UseAsync(async () =>
        {
            while (await socket.ReceiveMessageAsync(cancellationToken: token) is { } message)
                await socket.SendTextAsync(message.Text, token);
        });
    }

    private static readonly object Key = new();
    static readonly object User = new();
    static readonly WebSocketOptions Chat = new() { SubProtocols = ["chat.v2", "chat.v1"] };

    private static void Use(Action example) => _ = (example, Key, User, Chat);

    private static Task UseAsync(Func<Task> example) => Task.FromResult(example);

    private static void Make(Func<HttpResponse> example) => _ = example;

    private static ValueTask<string?> FindUserAsync(string token, CancellationToken cancellationToken) => new((string?)null);

    private static ValueTask<HttpResponse> AddAsync(HttpRequest request, CancellationToken cancellationToken) =>
        new(new HttpResponse(201));

    private static Task SaveAsync(Stream content, CancellationToken cancellationToken) =>
        content.CopyToAsync(Stream.Null, cancellationToken);

    sealed class OnePage(byte[] page, DateTimeOffset time) : ContentSource
    {
        public override ContentInfo? Find(string path) =>
            path is "" or "index.html" ? new ContentInfo(path, IsDirectory: path is "", page.Length, time) : null;

        public override Stream? Open(string path, out ContentInfo info)
        {
            info = Find(path) ?? default;
            return path is "index.html" ? new MemoryStream(page, writable: false) : null;
        }

        public override IEnumerable<ContentInfo> List(string path) => path is "" ? [Find("index.html")!.Value] : [];
    }

    sealed class Greeter : IRequestHandler
    {
        public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken) =>
            new(HttpResponse.Text($"hello {request.Path}\n"));
    }

    sealed class QueueListener(ChannelReader<Stream> streams) : IConnectionListener
    {
        public async ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellationToken) =>
            new(await streams.ReadAsync(cancellationToken));
    }

    internal sealed class Database
    {
        public ValueTask<bool> PingAsync(CancellationToken cancellationToken) =>
            new(!cancellationToken.IsCancellationRequested && Key is not null);
    }

    internal sealed record News(string Id, string Text)
    {
        public static async IAsyncEnumerable<News> ReadAsync(
            string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Delay(1, cancellationToken);
            yield return new News($"{after}1", "news");
        }
    }
}

internal sealed record Order(int Id);

[JsonSerializable(typeof(Order))]
internal sealed partial class OrdersJson : JsonSerializerContext;
