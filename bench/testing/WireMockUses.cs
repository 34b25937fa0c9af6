using WireMock.Handlers;
using WireMock.Matchers;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;
using WireMock.Settings;

namespace Pwb.Testing.Compare;

/// <summary>The same with WireMock.Net.</summary>
internal static class WireMockUses
{
    public static async Task StubAsync()
    {
        using WireMockServer server = WireMockServer.Start();
        server.Given(Request.Create().WithPath("/foo").UsingGet())
            .RespondWith(Response.Create().WithStatusCode(200).WithBody("Hello, world!"));
        using HttpClient http = server.CreateClient();
        Check.That(await http.GetStringAsync("/foo") == "Hello, world!");
        Check.That(server.FindLogEntries(Request.Create().WithPath("/foo").UsingGet()).Count() == 1);
    }

    public static async Task MatchAsync()
    {
        using WireMockServer server = WireMockServer.Start();
        server.Given(Request.Create().WithPath("/orders").WithParam("dry", "1").WithHeader("X-Key", "1")
                .WithBody(new JsonMatcher("""{"tea":2}""")).UsingPost())
            .RespondWith(Response.Create().WithStatusCode(201));
        using HttpClient http = server.CreateClient();
        http.DefaultRequestHeaders.Add("X-Key", "1");
        using HttpResponseMessage response = await http.PostAsync("/orders?dry=1", new StringContent("""{"tea":2}"""));
        Check.That((int)response.StatusCode == 201);
    }

    public static async Task ScenarioAsync()
    {
        using WireMockServer server = WireMockServer.Start();
        server.Given(Request.Create().WithPath("/todo").UsingGet()).InScenario("To do")
            .RespondWith(Response.Create().WithBody("Buy milk"));
        server.Given(Request.Create().WithPath("/todo").UsingPost()).InScenario("To do").WillSetStateTo("added")
            .RespondWith(Response.Create().WithStatusCode(201));
        server.Given(Request.Create().WithPath("/todo").UsingGet()).InScenario("To do").WhenStateIs("added")
            .RespondWith(Response.Create().WithBody("Buy milk, cancel newspaper"));
        using HttpClient http = server.CreateClient();
        Check.That(await http.GetStringAsync("/todo") == "Buy milk");
        using HttpResponseMessage response = await http.PostAsync("/todo", new StringContent("cancel newspaper"));
        Check.That(await http.GetStringAsync("/todo") == "Buy milk, cancel newspaper");
    }

    public static async Task DelayAsync()
    {
        using WireMockServer server = WireMockServer.Start();
        server.Given(Request.Create().WithPath("/slow").UsingGet())
            .RespondWith(Response.Create().WithDelay(TimeSpan.FromSeconds(1)).WithBody("late"));
        using HttpClient http = server.CreateClient();
        Task<string> late = http.GetStringAsync("/slow");
        Check.That(!late.IsCompleted);
        Check.That(await late == "late");
    }

    public static async Task RecordAsync(string address, string folder)
    {
        LocalFileSystemHandler files = new(folder);
        WireMockServerSettings recording = new()
        {
            FileSystemHandler = files,
            ProxyAndRecordSettings = new ProxyAndRecordSettings
            {
                Url = address, SaveMapping = true, SaveMappingToFile = true, ExcludedHeaders = ["Host"],
            },
        };
        using (WireMockServer recorder = WireMockServer.Start(recording))
        {
            using HttpClient http = recorder.CreateClient();
            Check.That(await http.GetStringAsync("/real") == "the truth");
        }

        using WireMockServer server = WireMockServer.Start(
            new WireMockServerSettings { FileSystemHandler = files, ReadStaticMappings = true });
        using HttpClient client = server.CreateClient();
        Check.That(await client.GetStringAsync("/real") == "the truth");
    }
}
