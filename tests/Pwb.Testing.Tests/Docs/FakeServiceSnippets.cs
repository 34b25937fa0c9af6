using System.Net;
using System.Security.Authentication;
using Pwb;

namespace Snippets.Testing;

/// <summary>The C# of docs/fake-services.md.</summary>
public sealed class FakeServiceSnippets
{
    [Fact]
    public async Task Answers()
    {
        // <fake-answers>
        await using FakeService shop = new();
        shop.On("GET /products/{id:int}", Answer.From(request => HttpResponse.Text($"product {request.Route["id"]}")));
        shop.On("GET /search?q=tea", HttpResponse.Text("""["green tea"]""", contentType: "application/json"));
        shop.On("POST https://pay.example/charges", new HttpResponse(201), when: request =>
            request.Headers["Idempotency-Key"] is not null && request.Text.Contains("\"amount\":500"));
        // </fake-answers>

        using HttpClient http = new(shop.CreateMessageHandler());
        Assert.Equal("product 7", await http.GetStringAsync("http://any.example/products/7"));
        Assert.Equal("""["green tea"]""", await http.GetStringAsync("http://any.example/search?page=2&q=tea"));
        http.DefaultRequestHeaders.Add("Idempotency-Key", "1");
        using HttpResponseMessage charge = await http.PostAsync(
            "https://pay.example/charges", new StringContent("""{"amount":500}"""));
        Assert.Equal(HttpStatusCode.Created, charge.StatusCode);
    }

    [Fact]
    public async Task In_turn()
    {
        // <fake-in-turn>
        await using FakeService service = new();
        service.On("GET /", Answer.InTurn(
            Answer.Unavailable(retryAfter: TimeSpan.FromSeconds(2)),
            Answer.Times(2, Answer.Reset),
            Answer.CutAfter(3, HttpResponse.Text("0123456789")),
            HttpResponse.Text("well again")));
        // </fake-in-turn>

        using HttpClient http = service.CreateClient();
        using HttpResponseMessage first = await http.GetAsync("/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, first.StatusCode);
        for (int i = 0; i < 3; i++) await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync("/"));
        Assert.Equal("well again", await http.GetStringAsync("/"));
    }

    [Fact]
    public async Task Time()
    {
        // <fake-time>
        ManualClock clock = new();
        await using FakeService service = new(clock);
        service.On("GET /report", Answer.Late(TimeSpan.FromMinutes(5), HttpResponse.Text("ready")));
        using HttpClient http = service.CreateClient();

        Task<string> report = http.GetStringAsync("/report");
        await service.RequestAsync(1); // it is there, and waits
        Assert.False(report.IsCompleted);
        clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal("ready", await report);
        // </fake-time>
    }

    [Fact]
    public async Task Retries()
    {
        ManualClock clock = new();
        await using FakeService service = new(clock);
        service.On("GET /", Answer.InTurn(Answer.Unavailable(), HttpResponse.Text("ok")));
        using HttpClient http = service.CreateClient();
        static async Task<string> GetWithRetryAsync(HttpClient http, TimeProvider time)
        {
            using HttpResponseMessage first = await http.GetAsync("/");
            if (first.IsSuccessStatusCode) return await first.Content.ReadAsStringAsync();
            await Task.Delay(TimeSpan.FromSeconds(30), time);
            return await http.GetStringAsync("/");
        }

        // <fake-retries>
        Task<string> text = GetWithRetryAsync(http, clock);
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(30)); // the code under test waits
        service.Received("GET /", times: 1);
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("ok", await text);
        service.Received("GET /", times: 2);
        // </fake-retries>
    }

    [Fact]
    public async Task Connections()
    {
        await using FakeService service = new();
        service.On("/", HttpResponse.Text("ok"));
        using HttpClient http = service.CreateClient("https://api.example/");

        // <fake-connections>
        service.OnConnect(ConnectionFault.ExpiredCertificate);
        HttpRequestException failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync("/"));
        Assert.IsType<AuthenticationException>(failure.InnerException);
        Assert.Equal("ok", await http.GetStringAsync("/")); // the next connection is well
        // </fake-connections>
    }

    [Fact]
    public async Task Requests()
    {
        await using FakeService service = new();
        service.On("/{all...}", HttpResponse.Text("ok"));
        using HttpClient http = service.CreateClient();
        await http.PostAsync("/token", new StringContent("secret"));
        await http.GetAsync("/orders");
        await http.GetAsync("/orders");

        // <fake-requests>
        RecordedRequest third = await service.RequestAsync(3); // as soon as it has come
        Assert.Equal("/orders", third.Target);
        service.ReceivedInOrder("POST /token", "GET /orders", "GET /orders");
        service.Received("POST /token", times: 1, when: request => request.Text == "secret");
        service.ReceivedNothingUnexpected();
        // </fake-requests>

        FakeServiceException exception = Assert.Throws<FakeServiceException>(() => service.Received("GET /orders", times: 3));
        Assert.Equal(
            """
            3 requests 'GET /orders' expected, 2 came. These came:
              1. POST /token (6 bytes) -> 200
              2. GET /orders -> 200
              3. GET /orders -> 200
            """,
            exception.Message.ReplaceLineEndings());
    }

    [Fact]
    public async Task State()
    {
        // <fake-state>
        await using FakeService todo = new();
        todo.On("GET /todo", HttpResponse.Text("Buy milk"))
            .On("POST /todo", new HttpResponse(201), toState: "added")
            .On("GET /todo", HttpResponse.Text("Buy milk, cancel newspaper"), inState: "added");
        // </fake-state>

        using HttpClient http = todo.CreateClient();
        Assert.Equal("Buy milk", await http.GetStringAsync("/todo"));
        await http.PostAsync("/todo", new StringContent("cancel newspaper"));
        Assert.Equal("Buy milk, cancel newspaper", await http.GetStringAsync("/todo"));
    }

    [Fact]
    public async Task Recording()
    {
        await using FakeService weather = new();
        weather.On("GET /v1/Paris", HttpResponse.Text("21.5"));
        Uri address = weather.Listen();
        string path = Path.Combine(Path.GetTempPath(), $"pwb-{Guid.NewGuid():N}.json");
        try
        {
            // <fake-record>
            await using (FakeService recorder = new())
            {
                using HttpClient real = new() { BaseAddress = address };
                recorder.On("/{all...}", Answer.Proxy(real));
                using HttpClient http = recorder.CreateClient();
                await http.GetStringAsync("/v1/Paris");
                await recorder.SaveAsync(path);
            }
            // </fake-record>

            // <fake-replay>
            await using FakeService service = new FakeService().Replay(path);
            // </fake-replay>
            using HttpClient client = service.CreateClient();
            Assert.Equal("21.5", await client.GetStringAsync("/v1/Paris"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Port()
    {
        // <fake-port>
        await using FakeService service = new();
        Uri address = service.Listen(); // http://127.0.0.1:50123/
        // </fake-port>

        service.On("/", HttpResponse.Text("ok"));
        using HttpClient http = new();
        Assert.Equal("ok", await http.GetStringAsync(address));
    }
}
