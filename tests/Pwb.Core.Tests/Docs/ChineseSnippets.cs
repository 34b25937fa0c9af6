using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Pwb;

namespace Snippets;

/// <summary>The C# of the pages in docs/zh, but for the tutorial.</summary>
public sealed class ChineseSnippets : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_screen_of_a_machine_is_read_and_set()
    {
        List<double> set = [];
        await using MachineApi api = new(ServerEndPoint.Loopback(0), token: "s3cret", setPoint: new Immediate(set));
        await api.StartAsync();
        using HttpClient client = new() { BaseAddress = new Uri($"http://localhost:{api.Port}/") };

        (await client.GetAsync("api/reading")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        client.DefaultRequestHeaders.Authorization = new("Bearer", "s3cret");
        api.Publish(new Reading(21.5, true));
        (await client.GetStringAsync("api/reading")).Should().Be("""{"temperature":21.5,"isRunning":true}""");
        (await client.PutAsJsonAsync("api/setpoint", new { value = 80.0 })).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await client.PutAsJsonAsync("api/setpoint", new { value = 800.0 })).StatusCode.Should().Be(
            HttpStatusCode.UnprocessableEntity);
        set.Should().Equal(80);

        using StreamReader events = new(await client.GetStreamAsync("api/events"));
        Task<string?> line = events.ReadLineAsync();
        while (!line.IsCompleted)
        {
            api.Publish(new Reading(22, false));
            await Task.WhenAny(line, Task.Delay(20));
        }

        (await line).Should().Be("""data: {"temperature":22,"isRunning":false}""");
    }

    [Theory]
    [InlineData("GET", "/", 200, "库存管理")]
    [InlineData("GET", "/orders/7", 200, "第 7 号订单")]
    [InlineData("GET", "/orders/七", 404, "")]
    [InlineData("DELETE", "/orders/7", 405, "")]
    [InlineData("GET", "/notes/2026/11/27.txt", 200, "2026/11/27.txt")]
    public async Task The_router_of_the_page_routes(string method, string target, int status, string text)
    {
        // <zh-router>
        Router router = new([
            new("GET /", _ => HttpResponse.Text("库存管理")),
            new("GET /orders/{id:int}", (_, route) => HttpResponse.Text($"第 {route.GetInt32("id")} 号订单")),
            new("GET /notes/{path...}", (_, route) => HttpResponse.Text(route["path"])),
            new("POST /orders", async (request, _, cancellationToken) =>
            {
                string content = await request.ReadTextAsync(cancellationToken: cancellationToken);
                return HttpResponse.Text($"收到：{content}", 201);
            }),
        ]);
        await using PwbServer server = new(router);
        await server.RunUntilStoppedAsync();
        // </zh-router>

        using HttpClient client = server.CreateClient();
        using HttpRequestMessage request = new(new HttpMethod(method), target);
        using HttpResponseMessage response = await client.SendAsync(request);
        ((int)response.StatusCode).Should().Be(status);
        (await response.Content.ReadAsStringAsync()).Contains(text, StringComparison.Ordinal).Should().BeTrue();
        (await (await client.PostAsync("/orders", new StringContent("茶"))).Content.ReadAsStringAsync()).Should().Be("收到：茶");
    }

    [Fact]
    public async Task The_form_of_the_page_is_read_with_its_file()
    {
        string folder = _folder.FullName;

        // <zh-form>
        Router router = new([
            new("POST /repairs", async (request, _, cancellationToken) =>
            {
                List<string> files = [];
                FormFields form = await request.ReadFormAsync(SaveAsync, cancellationToken: cancellationToken);
                if (form["machine"] is not { Length: > 0 } machine) return HttpResponse.Text("请填写设备编号。", 422);
                return HttpResponse.Text($"{machine} 已报修，附件：{string.Join("、", files)}");

                async ValueTask SaveAsync(FormPart file, CancellationToken token)
                {
                    if (file.FileName is null or "") return; // 用户没有选文件
                    files.Add(file.FileName);
                    string path = Path.Combine(folder, Guid.NewGuid().ToString("N")); // 自己起名：客户端给的名字只是文字，不是路径
                    await using FileStream saved = File.Create(path);
                    await file.Body.CopyToAsync(saved, token);
                }
            }),
        ]);
        await using PwbServer server = new(router);
        await server.RunUntilStoppedAsync();
        // </zh-form>

        using HttpClient client = server.CreateClient();
        using MultipartFormDataContent form =
            new() { { new StringContent("3 号机床"), "machine" }, { new ByteArrayContent(new byte[1000]), "photo", "照片.jpg" } };
        (await (await client.PostAsync("/repairs", form)).Content.ReadAsStringAsync()).Should().Be("3 号机床 已报修，附件：照片.jpg");
        _folder.GetFiles().Should().ContainSingle(file => file.Length == 1000);
        (await client.PostAsync("/repairs", new FormUrlEncodedContent([new("machine", "")]))).StatusCode.Should().Be(
            HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public void A_query_and_a_cookie_are_read()
    {
        HttpRequest request = new("GET", "/?q=%E8%8C%B6+%E5%8F%B6&page=2", null, ("Cookie", "theme=dark"));

        // <zh-query>
        string words = request.Query["q"] ?? "";
        int page = request.Query.TryGet("page", out int number) ? number : 1;
        string theme = request.Cookies["theme"] ?? "light";
        HttpResponse response = HttpResponse.Text("好").WithCookie(new SetCookie("theme", theme, maxAge: TimeSpan.FromDays(365)));
        // </zh-query>

        (words, page, theme).Should().Be(("茶 叶", 2, "dark"));
        response.Headers["Set-Cookie"].Should().StartWith("theme=dark");
    }

    [Fact]
    public async Task JSON_goes_in_and_out()
    {
        // <zh-json>
        Router router = new([
            new("POST /parts", async (request, _, cancellationToken) =>
            {
                Part part = await request.ReadJsonAsync(PartJson.Default.Part, cancellationToken: cancellationToken);
                if (part.Count < 1) return HttpResponse.Problem(422, "数量至少为 1。");
                return HttpResponse.Json(part with { Count = part.Count * 2 }, PartJson.Default.Part, 201);
            }),
        ]);
        await using PwbServer server = new(router);
        await server.RunUntilStoppedAsync();
        // </zh-json>

        using HttpClient client = server.CreateClient();
        using HttpResponseMessage response = await client.PostAsync("/parts", Json("""{ "name": "轴承", "count": 2 }"""));
        response.StatusCode.Should().Be(HttpStatusCode.Created);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        answer.RootElement.GetProperty("count").GetInt32().Should().Be(4);
        (await client.PostAsync("/parts", Json("""{ "name": "轴承", "count": 0 }"""))).StatusCode.Should().Be(
            HttpStatusCode.UnprocessableEntity);
        (await client.PostAsync("/parts", Json("""{ "count": 2 }"""))).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await client.PostAsync("/parts", new StringContent("{}"))).StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);

        static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
    }

    [Fact]
    public async Task Files_stand_before_an_API()
    {
        string www = _folder.FullName;
        await File.WriteAllTextAsync(Path.Combine(www, "index.html"), "首页");

        // <zh-files>
        Router api = new([
            new("GET /api/time", _ => HttpResponse.Text($"{DateTimeOffset.UtcNow:O}")),
        ]);
        StaticFileHandler site = new(www, new StaticFileOptions
        {
            Fallback = "index.html", // 单页应用：页面里的路径都由 index.html 回答
            CacheControl = [("/assets/*", "public, max-age=31536000, immutable")],
        }, next: api);
        await using PwbServer server = new(site);
        await server.RunUntilStoppedAsync();
        // </zh-files>

        using HttpClient client = server.CreateClient();
        (await client.GetStringAsync("/")).Should().Be("首页");
        (await client.GetStringAsync("/api/time")).Should().EndWith("+00:00");
    }

    /// <summary>The server, in a process that is told to end before port 8888 is taken: another test may have it.</summary>
    private sealed class PwbServer(IRequestHandler handler) : IAsyncDisposable
    {
        private readonly Pwb.PwbServer _server = new(handler);

        public Task RunUntilStoppedAsync() => _server.RunUntilStoppedAsync(new CancellationToken(canceled: true));

        public HttpClient CreateClient() => _server.CreateClient();

        public ValueTask DisposeAsync() => _server.DisposeAsync();
    }

    private sealed class Immediate(List<double> values) : IProgress<double>
    {
        public void Report(double value) => values.Add(value);
    }
}

// <zh-json-types>
internal sealed record Part(string Name, int Count);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Part))]
internal sealed partial class PartJson : JsonSerializerContext;
// </zh-json-types>

// <zh-machine>
internal sealed record Reading(double Temperature, bool IsRunning);

internal sealed record SetPoint(double Value);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Reading))]
[JsonSerializable(typeof(SetPoint))]
internal sealed partial class MachineJson : JsonSerializerContext;

/// <summary>上位机的接口：读数、设定值和实时推送，供 MES、看板和手机使用。</summary>
internal sealed class MachineApi : IAsyncDisposable
{
    private readonly PwbServer _server;
    private readonly Lock _lock = new();
    private readonly List<Channel<SseItem<Reading>>> _watchers = [];
    private Reading _last = new(0, false);

    // setPoint 在窗体里写成 new Progress<double>(value => setPointBox.Value = (decimal)value)：它自动回到界面线程。
    public MachineApi(IReadOnlyList<ServerEndPoint> endPoints, string token, IProgress<double> setPoint)
    {
        Router router = new([
            new("GET /api/reading", _ => HttpResponse.Json(Volatile.Read(ref _last), MachineJson.Default.Reading)),
            new("GET /api/events",
                request => ServerSentEvents.From(request, WatchAsync(request.Aborted), MachineJson.Default.Reading)),
            new("PUT /api/setpoint", async (request, _, cancellationToken) =>
            {
                SetPoint wanted = await request.ReadJsonAsync(MachineJson.Default.SetPoint, cancellationToken: cancellationToken);
                if (wanted.Value is not (>= 0 and <= 120)) return HttpResponse.Problem(422, "设定值必须在 0 到 120 之间。");
                setPoint.Report(wanted.Value);
                return new HttpResponse(204);
            }),
        ]);
        BearerAuthenticationHandler guarded = new("machine", token, router);
        _server = new PwbServer(guarded, new PwbServerOptions { EndPoints = endPoints });
    }

    public int Port => _server.EndPoint.Port;

    public Task StartAsync() => _server.StartAsync();

    /// <summary>采集线程每得到一个读数就调用它。它从不等待客户端。</summary>
    public void Publish(Reading reading)
    {
        Volatile.Write(ref _last, reading);
        lock (_lock) _watchers.ForEach(watcher => watcher.Writer.TryWrite(new SseItem<Reading>(reading)));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(); // 让正在处理的请求做完
        await _server.DisposeAsync();
    }

    private async IAsyncEnumerable<SseItem<Reading>> WatchAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // 读得慢的客户端会漏掉旧的读数，但不会拖住别人。
        var watcher = Channel.CreateBounded<SseItem<Reading>>(
            new BoundedChannelOptions(10) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_lock) _watchers.Add(watcher);
        try
        {
            await foreach (SseItem<Reading> item in watcher.Reader.ReadAllAsync(cancellationToken)) yield return item;
        }
        finally
        {
            lock (_lock) _watchers.Remove(watcher);
        }
    }
}
// </zh-machine>
