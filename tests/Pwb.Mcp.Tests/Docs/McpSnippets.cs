using System.ComponentModel;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Pwb;
using Pwb.Mcp.Tests.Support;

namespace Snippets;

/// <summary>The C# of docs/mcp.md and of the package's README.</summary>
public sealed class McpSnippets
{
    // <mcp-tool>
    [Description("Counts the words of a text.")]
    internal static int CountWords([Description("The text")] string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
    // </mcp-tool>

    [Fact]
    public async Task A_tool_is_offered_and_called()
    {
        // <mcp>
        McpServerOptions offered = new()
        {
            ServerInfo = new Implementation { Name = "words", Version = "1.0.0" },
            ToolCollection = [McpServerTool.Create(CountWords, new McpServerToolCreateOptions { Name = "count_words" })],
        };
        Router router = new([new("/mcp", new McpHandler(offered))]);
        await using PwbServer server = new(router, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(8888) });
        // </mcp>

        using HttpClient http = server.CreateClient();

        // <mcp-test>
        HttpClientTransport transport = new(new HttpClientTransportOptions { Endpoint = new Uri("http://localhost/mcp") }, http);
        await using McpClient client = await McpClient.CreateAsync(transport);
        CallToolResult result = await client.CallToolAsync(
            "count_words", new Dictionary<string, object?> { ["text"] = "one two" });
        // </mcp-test>

        ((TextContentBlock)result.Content.Single()).Text.Should().Be("2");
    }

    [Fact]
    public async Task A_tool_sees_its_request()
    {
        // <mcp-context>
        McpServerTool export = McpServerTool.Create(
            async (string name, IProgress<ProgressNotificationValue> progress, RequestContext<CallToolRequestParams> context,
                CancellationToken token) =>
            {
                for (int percent = 0; percent < 100; percent += 25)
                {
                    await Task.Delay(10, token); // cancelled when the client gives up
                    progress.Report(new ProgressNotificationValue { Progress = percent, Total = 100 });
                }

                return $"{name} is exported for {context.User?.Identity?.Name ?? "somebody"}.";
            },
            new McpServerToolCreateOptions { Name = "export" });
        // </mcp-context>

        using Site site = Site.With(export);
        using HttpResponseMessage response = await site.SendAsync(Site.Call("export", new JsonObject { ["name"] = "It" }));
        using EventLines events = await EventLines.OfAsync(response);
        (await events.RestAsync())[^1].ToJsonString().Should().Contain("It is exported for somebody.");
    }

    [Fact]
    public async Task A_changed_resource_is_told()
    {
        // <mcp-changes>
        McpServerOptions offered = new()
        {
            Capabilities = new ServerCapabilities { Resources = new ResourcesCapability { Subscribe = true } },
            ResourceCollection = [
                McpServerResource.Create(
                    () => "Water the plants", new McpServerResourceCreateOptions { UriTemplate = "note://1", Name = "note 1" })],
        };
        McpHandler handler = new(offered);

        handler.NotifyResourceUpdated("note://1");
        // </mcp-changes>

        (await Handle(handler, "GET")).Should().Be(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task A_token_is_asked_for()
    {
        McpHandler mcp = new(new McpServerOptions());
        string token = "secret";

        // <mcp-token>
        Router router = new([new("/mcp", new BearerAuthenticationHandler("words", token, mcp))]);
        // </mcp-token>

        (await Handle(router, "POST")).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Pages_are_let_in()
    {
        McpHandler mcp = new(new McpServerOptions());

        // <mcp-pages>
        CorsOptions pages = new() { Origins = ["https://app.example"], RequestHeaders = ["*", "Authorization"] };
        Router router = new([new("/mcp", new CorsHandler(pages, mcp))]);
        PwbServerOptions options = new() { TrustedOrigins = ["https://app.example"] };
        // </mcp-pages>

        using HttpClient client = new PwbServer(router, options).CreateClient();
        using HttpRequestMessage question = new(HttpMethod.Options, "/mcp")
        {
            Headers = { { "Origin", "https://app.example" }, { "Access-Control-Request-Method", "POST" },
                { "Access-Control-Request-Headers", "mcp-method" } },
        };
        using HttpResponseMessage response = await client.SendAsync(question);
        response.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal("https://app.example");
    }

    [Fact]
    public void A_server_on_the_network_says_who_it_is()
    {
        // <mcp-network>
        PwbServerOptions options = new()
        {
            EndPoints = ServerEndPoint.Any(8443, new TlsOptions(ServerCertificate.SelfSigned("tools.example"))),
            AllowedHosts = ["tools.example"],
            TrustedOrigins = [],
        };
        // </mcp-network>

        FluentActions.Invoking(options.Validate).Should().NotThrow();
    }

    [Fact]
    public void Limits_are_options()
    {
        // <mcp-options>
        McpHandlerOptions options = new() { RequestTimeout = TimeSpan.FromMinutes(2) };
        // </mcp-options>

        options.Heartbeat.Should().Be(TimeSpan.FromSeconds(15));
        options.MaxMessageLength.Should().Be(4 * 1024 * 1024);
    }

    // What a reader who has only the package sees of its types.
    [Fact]
    public void The_examples_of_the_comments_are_compiled_here()
    {
        string compiled = Blanks(File.ReadAllText(ThisFile()));
        string[] examples = [
            .. System.Xml.Linq.XDocument.Load(Path.ChangeExtension(typeof(McpHandler).Assembly.Location, ".xml"))
                .Descendants("code").Select(code => Blanks(code.Value))];

        examples.Should().HaveCount(2).And.OnlyContain(example => compiled.Contains(example, StringComparison.Ordinal));

        static string Blanks(string code) => Regex.Replace(code, @"\s+", " ").Trim();
        static string ThisFile([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
    }

    private static async Task<HttpStatusCode> Handle(IRequestHandler handler, string method)
    {
        using HttpClient client = new PwbServer(handler).CreateClient();
        using HttpRequestMessage request = new(new HttpMethod(method), "/mcp");
        using HttpResponseMessage response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
