using System.Collections.Concurrent;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Pwb.Mcp.Tests.Support;

namespace Pwb.Mcp.Tests;

/// <summary>The official SDK's own client, in memory and over TCP, in the current revision and in one before.</summary>
public sealed class SdkClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly McpServerOptions _served;

    public SdkClientTests() => _served = new McpServerOptions
    {
        ServerInfo = new Implementation { Name = "test", Version = "1.0.0" },
        ServerInstructions = "Add.",
        ToolCollection =
        [
            Tools.Add(),
            Tools.Located(),
            Tools.Of("count", async (IProgress<ProgressNotificationValue> progress) =>
            {
                for (int i = 1; i <= 3; i++) progress.Report(new ProgressNotificationValue { Progress = i, Total = 3 });
                await _heard.Task.WaitAsync(Patience); // the client deals with each message by itself, in no order
                return "counted";
            }),
        ],
        PromptCollection = [
            McpServerPrompt.Create((string name) => $"Greet {name}.", new McpServerPromptCreateOptions { Name = "greet" })],
        ResourceCollection = [
            McpServerResource.Create(
                () => "a text", new McpServerResourceCreateOptions { UriTemplate = "note://one", Name = "one" })],
    };

    [Theory]
    [InlineData(null, "2026-07-28")]
    [InlineData("2025-11-25", "2025-11-25")]
    [InlineData("2025-03-26", "2025-03-26")]
    public async Task Is_served_in_memory(string? version, string negotiated)
    {
        using Site site = new(_served);

        await UseAsync(site.Client, new Uri(site.Client.BaseAddress!, "/mcp"), version, negotiated);
    }

    [Fact]
    public async Task Is_served_over_TCP()
    {
        await using PwbServer server = await LifeTests.StartAsync(_served);
        using HttpClient client = LifeTests.ClientOf(server);

        await UseAsync(client, new Uri(client.BaseAddress!, "/mcp"), null, "2026-07-28");
    }

    [Fact]
    public async Task Is_told_of_errors()
    {
        using Site site = new(_served);
        await using McpClient client = await ConnectAsync(site.Client, new Uri(site.Client.BaseAddress!, "/mcp"), null);

        (await FluentActions.Awaiting(() => client.CallToolAsync("nothing").AsTask()).Should().ThrowAsync<McpProtocolException>())
            .Which.ErrorCode.Should().Be(McpErrorCode.InvalidParams);
    }

    private async Task UseAsync(HttpClient http, Uri address, string? version, string negotiated)
    {
        await using McpClient client = await ConnectAsync(http, address, version);
        client.NegotiatedProtocolVersion.Should().Be(negotiated);
        client.ServerInfo?.Name.Should().Be("test");
        client.ServerInstructions.Should().Be("Add.");

        (await client.ListToolsAsync()).Select(tool => tool.Name).Should().BeEquivalentTo("add", "locate", "count");
        TextOf(await client.CallToolAsync("add", new Dictionary<string, object?> { ["a"] = 1, ["b"] = 2 })).Should().Be("3");
        TextOf(await client.CallToolAsync(
            "locate", new Dictionary<string, object?> { ["region"] = "Grüße", ["count"] = 7, ["exact"] = true, ["note"] = "x" }))
            .Should().Be("Grüße 7 True x");

        Collecting progress = new(_heard);
        TextOf(await client.CallToolAsync("count", progress: progress)).Should().Be("counted");
        progress.Done.Should().BeEquivalentTo([1F, 2F, 3F]);

        GetPromptResult prompt = await client.GetPromptAsync("greet", new Dictionary<string, object?> { ["name"] = "Ann" });
        ((TextContentBlock)prompt.Messages.Single().Content).Text.Should().Be("Greet Ann.");
        ReadResourceResult resource = await client.ReadResourceAsync("note://one");
        ((TextResourceContents)resource.Contents.Single()).Text.Should().Be("a text");
    }

    private static Task<McpClient> ConnectAsync(HttpClient http, Uri address, string? version) => McpClient.CreateAsync(
        new HttpClientTransport(
            new HttpClientTransportOptions { Endpoint = address, TransportMode = HttpTransportMode.StreamableHttp }, http),
        new McpClientOptions { ProtocolVersion = version });

    private static string TextOf(CallToolResult result) => ((TextContentBlock)result.Content.Single()).Text;

    private sealed class Collecting(TaskCompletionSource heard) : IProgress<ProgressNotificationValue>
    {
        public ConcurrentBag<float> Done { get; } = [];

        public void Report(ProgressNotificationValue value)
        {
            Done.Add(value.Progress);
            if (Done.Count == 3) heard.TrySetResult();
        }
    }
}
