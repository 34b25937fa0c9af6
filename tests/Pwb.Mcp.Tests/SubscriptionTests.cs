using System.Net;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Pwb.Mcp.Tests.Support;

namespace Pwb.Mcp.Tests;

/// <summary>Clients that listen for changes: <c>subscriptions/listen</c>.</summary>
public sealed class SubscriptionTests
{
    private readonly McpServerOptions _served = new()
    {
        Capabilities = new ServerCapabilities { Resources = new ResourcesCapability { Subscribe = true } },
        ToolCollection = [Tools.Add()],
        PromptCollection = [],
        ResourceCollection = [],
    };

    [Fact]
    public async Task What_is_granted_is_acknowledged_first_with_the_id_of_the_subscription()
    {
        using Site site = new(_served);

        using HttpResponseMessage response = await site.SendAsync(
            Listen("""{"toolsListChanged":true,"promptsListChanged":false,"resourceSubscriptions":["note://1"]}"""));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        using EventLines events = await EventLines.OfAsync(response);
        JsonNode first = (await events.NextAsync())!;
        ((string?)first["method"]).Should().Be("notifications/subscriptions/acknowledged");
        IdOf(first).Should().Be("listening");
        first["params"]!["notifications"]!.ToJsonString().Should().Be(
            """{"toolsListChanged":true,"resourceSubscriptions":["note://1"]}""");
    }

    [Fact]
    public async Task What_the_server_cannot_tell_is_not_granted()
    {
        using Site site = new(new McpServerOptions { ToolCollection = [Tools.Add()] });

        using HttpResponseMessage response = await site.SendAsync(
            Listen("""{"promptsListChanged":true,"resourcesListChanged":true,"resourceSubscriptions":["note://1"]}"""));

        using EventLines events = await EventLines.OfAsync(response);
        (await events.NextAsync())!["params"]!["notifications"]!.AsObject().Should().BeEmpty();
    }

    [Fact]
    public async Task A_changed_list_is_told_to_those_who_asked_for_it()
    {
        using Site site = new(_served);
        using HttpResponseMessage toolsResponse = await site.SendAsync(Listen("""{"toolsListChanged":true}"""));
        using HttpResponseMessage othersResponse = await site.SendAsync(
            Listen("""{"promptsListChanged":true,"resourcesListChanged":true}"""));
        using EventLines tools = await EventLines.OfAsync(toolsResponse);
        using EventLines others = await EventLines.OfAsync(othersResponse);
        await tools.NextAsync();
        await others.NextAsync();

        _served.ToolCollection!.Add(Tools.Of("later", () => "x"));
        _served.PromptCollection!.Add(McpServerPrompt.Create(() => "x", new McpServerPromptCreateOptions { Name = "later" }));

        JsonNode told = (await tools.NextAsync())!;
        ((string?)told["method"]).Should().Be("notifications/tools/list_changed");
        IdOf(told).Should().Be("listening");
        ((string?)(await others.NextAsync())!["method"]).Should().Be(
            "notifications/prompts/list_changed", "it has not asked for tools");
        _served.ResourceCollection!.Add(
            McpServerResource.Create(() => "x", new McpServerResourceCreateOptions { UriTemplate = "note://1", Name = "1" }));
        ((string?)(await others.NextAsync())!["method"]).Should().Be("notifications/resources/list_changed");
    }

    [Fact]
    public async Task A_changed_resource_is_told_to_those_who_asked_for_it()
    {
        using Site site = new(_served);
        using HttpResponseMessage response = await site.SendAsync(
            Listen("""{"resourceSubscriptions":["note://1","note://2"]}"""));
        using EventLines events = await EventLines.OfAsync(response);
        await events.NextAsync();

        site.Handler.NotifyResourceUpdated("note://3");
        site.Handler.NotifyResourceUpdated("note://2");

        JsonNode told = (await events.NextAsync())!;
        ((string?)told["method"]).Should().Be("notifications/resources/updated");
        ((string?)told["params"]!["uri"]).Should().Be("note://2");
        IdOf(told).Should().Be("listening");
    }

    [Fact]
    public async Task Changes_that_a_slow_client_has_not_been_told_of_become_one()
    {
        using Site site = new(_served);
        using HttpResponseMessage response = await site.SendAsync(
            Listen("""{"resourceSubscriptions":["note://1","note://2"]}"""));
        using EventLines events = await EventLines.OfAsync(response);
        await events.NextAsync();

        for (int i = 0; i < 100_000; i++) site.Handler.NotifyResourceUpdated("note://1");
        site.Handler.NotifyResourceUpdated("note://2");

        int count = 0;
        while ((string?)(await events.NextAsync())!["params"]!["uri"] != "note://2") count++;
        count.Should().BeInRange(1, 99_999);
    }

    [Fact]
    public async Task A_quiet_subscription_gets_comments_and_no_time_limit()
    {
        ManualClock clock = new();
        using Site site = new(_served, new McpHandlerOptions { TimeProvider = clock, RequestTimeout = TimeSpan.FromSeconds(20) });
        using HttpResponseMessage response = await site.SendAsync(Listen("""{"toolsListChanged":true}"""));
        using EventLines events = await EventLines.OfAsync(response);
        await events.NextAsync();

        for (int i = 0; i < 3; i++)
        {
            await clock.WaitForTimerAsync(TimeSpan.FromSeconds(15));
            clock.Advance(TimeSpan.FromSeconds(15));
            (await events.NextLineAsync()).Should().Be(":");
        }
    }

    [Fact]
    public async Task A_stop_ends_a_subscription_at_once_and_in_good_order()
    {
        await using PwbServer server = await LifeTests.StartAsync(_served);
        using HttpClient client = LifeTests.ClientOf(server);
        using HttpResponseMessage response = await Site.SendAsync(
            client, Listen("""{"toolsListChanged":true}"""), CancellationToken.None);
        using EventLines events = await EventLines.OfAsync(response);
        await events.NextAsync();

        await server.StopAsync().WaitAsync(TimeSpan.FromSeconds(20)); // the grace is 30 s

        JsonNode last = (await events.RestAsync()).Should().ContainSingle().Subject;
        ((string?)last["id"]).Should().Be("listening");
        ((string?)last["result"]!["resultType"]).Should().Be("complete");
        ((string?)last["result"]!["_meta"]!["io.modelcontextprotocol/subscriptionId"]).Should().Be("listening");
    }

    [Fact]
    public async Task A_client_that_leaves_is_told_nothing_more()
    {
        await using PwbServer server = await LifeTests.StartAsync(_served);
        using HttpClient client = LifeTests.ClientOf(server);
        using (HttpResponseMessage response = await Site.SendAsync(
            client, Listen("""{"toolsListChanged":true}"""), CancellationToken.None))
        using (EventLines events = await EventLines.OfAsync(response))
            await events.NextAsync();

        await server.StopAsync().WaitAsync(TimeSpan.FromSeconds(20)); // it is not waited for
        _served.ToolCollection!.Add(Tools.Of("later", () => "x"));
    }

    [Fact]
    public async Task Two_handlers_of_the_same_options_share_who_listens()
    {
        using Site one = new(_served);
        using Site two = new(_served);
        using HttpResponseMessage response = await one.SendAsync(Listen("""{"resourceSubscriptions":["note://1"]}"""));
        using EventLines events = await EventLines.OfAsync(response);
        await events.NextAsync();

        two.Handler.NotifyResourceUpdated("note://1");

        ((string?)(await events.NextAsync())!["params"]!["uri"]).Should().Be("note://1");
    }

    [Fact]
    public async Task A_handler_of_your_own_is_kept()
    {
        _served.Handlers.SubscriptionsListenHandler = (_, _) => new ValueTask<EmptyResult>(new EmptyResult());
        using Site site = new(_served);

        using HttpResponseMessage response = await site.SendAsync(Listen("""{"toolsListChanged":true}"""));

        using EventLines events = await EventLines.OfAsync(response);
        (await events.RestAsync()).Should().ContainSingle().Which["result"].Should().NotBeNull();
        FluentActions.Invoking(() => site.Handler.NotifyResourceUpdated("note://1")).Should().Throw<InvalidOperationException>();
    }

    private static JsonObject Listen(string notifications) =>
        Site.Ask("subscriptions/listen", new JsonObject { ["notifications"] = JsonNode.Parse(notifications) }, id: "listening");

    private static string? IdOf(JsonNode message) =>
        (string?)message["params"]!["_meta"]!["io.modelcontextprotocol/subscriptionId"];
}
