namespace Pwb.Testing.Compare;

/// <summary>Five documented uses of WireMock.Net, with Pwb.Testing.</summary>
internal static class PwbUses
{
    public static async Task StubAsync()
    {
        await using FakeService service = new();
        service.On("GET /foo", HttpResponse.Text("Hello, world!"));
        using HttpClient http = service.CreateClient();
        Check.That(await http.GetStringAsync("/foo") == "Hello, world!");
        service.Received("GET /foo", times: 1);
    }

    public static async Task MatchAsync()
    {
        await using FakeService service = new();
        service.On("POST /orders?dry=1", new HttpResponse(201), when: request =>
            request.Headers["X-Key"] == "1" && request.Text == """{"tea":2}""");
        using HttpClient http = service.CreateClient();
        http.DefaultRequestHeaders.Add("X-Key", "1");
        using HttpResponseMessage response = await http.PostAsync("/orders?dry=1", new StringContent("""{"tea":2}"""));
        Check.That((int)response.StatusCode == 201);
    }

    public static async Task ScenarioAsync()
    {
        await using FakeService service = new();
        service.On("GET /todo", HttpResponse.Text("Buy milk"))
            .On("POST /todo", new HttpResponse(201), toState: "added")
            .On("GET /todo", HttpResponse.Text("Buy milk, cancel newspaper"), inState: "added");
        using HttpClient http = service.CreateClient();
        Check.That(await http.GetStringAsync("/todo") == "Buy milk");
        using HttpResponseMessage response = await http.PostAsync("/todo", new StringContent("cancel newspaper"));
        Check.That(await http.GetStringAsync("/todo") == "Buy milk, cancel newspaper");
    }

    public static async Task DelayAsync()
    {
        ManualClock clock = new();
        await using FakeService service = new(clock);
        service.On("GET /slow", Answer.Late(TimeSpan.FromSeconds(1), HttpResponse.Text("late")));
        using HttpClient http = service.CreateClient();
        Task<string> late = http.GetStringAsync("/slow");
        await service.RequestAsync(1);
        Check.That(!late.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Check.That(await late == "late");
    }

    public static async Task RecordAsync(string address, string folder)
    {
        string path = Path.Combine(folder, "recording.json");
        await using (FakeService recorder = new())
        {
            using HttpClient real = new() { BaseAddress = new Uri(address) };
            recorder.On("/{all...}", Answer.Proxy(real));
            using HttpClient http = recorder.CreateClient();
            Check.That(await http.GetStringAsync("/real") == "the truth");
            await recorder.SaveAsync(path);
        }

        await using FakeService service = new FakeService().Replay(path);
        using HttpClient client = service.CreateClient();
        Check.That(await client.GetStringAsync("/real") == "the truth");
    }
}
