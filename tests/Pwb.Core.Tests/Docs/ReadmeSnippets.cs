using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Pwb;

namespace Snippets; // outside of Pwb, so that the library is seen as its users see it

/// <summary>
/// The C# of the READMEs, compiled and run. What stands between a marker and its end is there word for word;
/// <see cref="Pwb.Tests.Docs.DocumentTests"/> compares them.
/// </summary>
public sealed partial class ReadmeSnippets
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

        (await files.HandleAsync(new HttpRequest("GET", "/route", null, ("Accept", "text/html")), CancellationToken.None))
            .StatusCode.Should().Be(200);
        (await files.HandleAsync(new HttpRequest("GET", "/api"), CancellationToken.None)).StatusCode.Should().Be(404);
    }

    // <readme-json-types>
    internal sealed record Order(string Product, int Count);

    [JsonSerializable(typeof(Order))]
    internal sealed partial class OrderJson : JsonSerializerContext;
    // </readme-json-types>

    [Theory]
    [InlineData("application/json", """{"Product":"tea","Count":2}""", HttpStatusCode.Created)]
    [InlineData("application/json", """{"Product":"tea","Count":""", HttpStatusCode.BadRequest)]
    [InlineData("text/plain", """{"Product":"tea","Count":2}""", HttpStatusCode.UnsupportedMediaType)]
    public async Task JSON_comes_and_goes(string contentType, string content, HttpStatusCode status)
    {
        // <readme-json>
        IRequestHandler doubled = RequestHandler.From(async request =>
        {
            Order order = await request.ReadJsonAsync(OrderJson.Default.Order);
            return HttpResponse.Json(order with { Count = 2 * order.Count }, OrderJson.Default.Order, 201);
        });
        // </readme-json>
        using HttpClient client = new PwbServer(doubled).CreateClient();

        using HttpResponseMessage response = await client.PostAsync(
            "/", new StringContent(content, MediaTypeHeaderValue.Parse(contentType)));

        response.StatusCode.Should().Be(status);
        if (status == HttpStatusCode.Created)
            (await response.Content.ReadAsStringAsync()).Should().Be("""{"Product":"tea","Count":4}""");
    }

    [Fact]
    public async Task Events_come_as_they_happen()
    {
        // <readme-events>
        static async IAsyncEnumerable<SseItem<string>> CountAsync([EnumeratorCancellation] CancellationToken token = default)
        {
            for (int i = 1; ; i++, await Task.Delay(1000, token)) yield return new SseItem<string>($"number {i}");
        }

        IRequestHandler events = RequestHandler.From(request => ServerSentEvents.From(request, CountAsync()));
        // </readme-events>

        using HttpClient client = new PwbServer(events).CreateClient();
        await using Stream stream = await client.GetStreamAsync("/");

        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync())
        {
            item.Data.Should().Be("number 1");
            break;
        }
    }

    [Fact]
    public async Task A_WebSocket_echoes()
    {
        // <readme-websocket>
        IRequestHandler echo = RequestHandler.From(request => request.AcceptWebSocket(async (socket, token) =>
        {
            while (await socket.ReceiveMessageAsync(cancellationToken: token) is { } message)
                await socket.SendTextAsync(message.Text, token);
        }));
        // </readme-websocket>
        await using PwbServer server = new(echo, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        using ClientWebSocket client = new();
        await client.ConnectAsync(new Uri($"ws://localhost:{server.EndPoint.Port}/"), CancellationToken.None);

        await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        byte[] echoed = new byte[5];
        await client.ReceiveAsync(echoed.AsMemory(), CancellationToken.None);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

        echoed.Should().Equal("hello"u8.ToArray());
    }

    [Fact]
    public async Task A_form_is_read()
    {
        // <readme-form>
        IRequestHandler contact = RequestHandler.From(async request =>
        {
            FormFields form = await request.ReadFormAsync();
            return HttpResponse.Text($"Thank you, {form["name"]}\n").WithCookie(
                new SetCookie("lang", request.Query["lang"] ?? "en"));
        });
        // </readme-form>
        using HttpClient client = new PwbServer(contact).CreateClient();
        using FormUrlEncodedContent content = new([new("name", "Ann")]);

        using HttpResponseMessage response = await client.PostAsync("/?lang=zh", content);

        (await response.Content.ReadAsStringAsync()).Should().Be("Thank you, Ann\n");
        response.Headers.GetValues("Set-Cookie").Single().Should().StartWith("lang=zh; ");
    }

    [Fact]
    public async Task A_handler_stands_around_another()
    {
        const string password = "s3cret";
        IRequestHandler handler = RequestHandler.From(request => HttpResponse.Text(RequestUser.Of(request) ?? ""));

        // <readme-around>
        IRequestHandler guarded = new SecurityHeadersHandler(
            new HealthHandler(
                new BasicAuthenticationHandler("my app", "ann", password, handler)));
        // </readme-around>

        using HttpClient client = new PwbServer(guarded).CreateClient();
        (await client.GetAsync("/healthz")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await client.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        client.DefaultRequestHeaders.Authorization = new("Basic", "YW5uOnMzY3JldA==");
        (await client.GetStringAsync("/")).Should().Be("ann");
    }

    [Fact]
    public void A_server_listens_in_several_ways()
    {
        ServerCertificate certificate = ServerCertificate.SelfSigned("localhost");

        // <readme-where>
        IReadOnlyList<ServerEndPoint> here = ServerEndPoint.Loopback(8080);
        IReadOnlyList<ServerEndPoint> everywhere = ServerEndPoint.Any(8443, new TlsOptions(certificate));
        ServerEndPoint socket = ServerEndPoint.Unix("/run/my-app/http.sock");
        PwbServerOptions options = new() { EndPoints = [.. here, .. everywhere, socket], AllowedHosts = ["example.org"] };
        // </readme-where>

        options.Validate();
    }

    [Fact]
    public async Task A_route_answers_in_a_test()
    {
        Directory.CreateDirectory("wwwroot");
        await File.WriteAllTextAsync("wwwroot/app.js", "the script");

        // <readme-routes>
        Router router = new([
            new("GET /", _ => HttpResponse.Text("Hello!\n")),
            new("GET /orders/{id:int}", (_, route) => HttpResponse.Text($"order {route.GetInt32("id")}\n")),
            Router.Mount("/assets", new StaticFileHandler("wwwroot")),
        ]);
        // </readme-routes>

        // <readme-test>
        using HttpClient client = new PwbServer(router).CreateClient();

        Assert.Equal("order 7\n", await client.GetStringAsync("/orders/7"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/orders/seven")).StatusCode);
        // </readme-test>

        (await client.GetStringAsync("/")).Should().Be("Hello!\n");
        (await client.GetStringAsync("/assets/app.js")).Should().Be("the script");
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
