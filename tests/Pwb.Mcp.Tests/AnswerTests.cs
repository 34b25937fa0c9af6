using System.Net;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Pwb.Mcp.Tests.Support;

namespace Pwb.Mcp.Tests;

/// <summary>What comes back for a message that is served.</summary>
public sealed class AnswerTests
{
    [Fact]
    public async Task A_request_is_answered_by_an_event_stream_that_ends_with_the_result()
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendAsync(Site.Call("add", new JsonObject { ["a"] = 1, ["b"] = 2 }));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Headers.CacheControl!.NoCache.Should().BeTrue();
        response.Headers.GetValues("X-Accel-Buffering").Should().Equal("no");
        response.Headers.Contains("Mcp-Session-Id").Should().BeFalse();
        using EventLines events = await EventLines.OfAsync(response);
        JsonNode message = (await events.RestAsync()).Should().ContainSingle().Subject;
        ((int)message["id"]!).Should().Be(1);
        ((string?)message["result"]!["content"]![0]!["text"]).Should().Be("3");
    }

    [Fact]
    public async Task Progress_comes_before_the_result()
    {
        using Site site = Site.With(Tools.Of("work", (IProgress<ProgressNotificationValue> progress) =>
        {
            progress.Report(new ProgressNotificationValue { Progress = 1, Total = 2 });
            progress.Report(new ProgressNotificationValue { Progress = 2, Total = 2 });
            return "done";
        }));
        JsonObject call = Site.Ask(
            "tools/call", new JsonObject { ["name"] = "work", ["_meta"] = new JsonObject { ["progressToken"] = "p" } });

        using HttpResponseMessage response = await site.SendAsync(call);

        using EventLines events = await EventLines.OfAsync(response);
        JsonNode[] messages = await events.RestAsync();
        messages[..^1].Should().HaveCount(2).And.OnlyContain(message => (string?)message["method"] == "notifications/progress");
        messages[^1]["result"].Should().NotBeNull();
    }

    [Fact]
    public async Task A_notification_is_accepted_without_content_when_it_has_been_dealt_with()
    {
        List<string> heard = [];
        using Site site = new(new McpServerOptions
        {
            Handlers = new McpServerHandlers
            {
                NotificationHandlers =
                [
                    new("notifications/mine", async (notification, token) =>
                    {
                        await Task.Yield();
                        lock (heard) heard.Add(notification.Method);
                    }),
                ],
            },
        });

        using HttpResponseMessage response = await site.SendTextAsync(
            """{"jsonrpc":"2.0","method":"notifications/mine"}""", ("MCP-Protocol-Version", Site.Current));

        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await response.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
        response.Content.Headers.ContentType.Should().BeNull();
        lock (heard) heard.Should().Equal("notifications/mine");
    }

    [Theory]
    [InlineData("unknown/method")]
    [InlineData("initialize")] // of earlier revisions
    [InlineData("ping")]
    [InlineData("logging/setLevel")]
    [InlineData("resources/subscribe")]
    public async Task An_unknown_method_is_not_found(string method)
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendAsync(Site.Ask(method, id: "seven"));

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (int code, _, JsonNode whole) = await Site.ErrorOf(response);
        code.Should().Be(-32601);
        ((string?)whole["id"]).Should().Be("seven");
    }

    [Fact]
    public async Task A_capability_that_the_client_lacks_is_a_bad_request()
    {
        using Site site = Site.With(Tools.Of("ask", string () =>
            throw new MissingRequiredClientCapabilityException(
                new ClientCapabilities { Elicitation = new ElicitationCapability() })));

        using HttpResponseMessage response = await site.SendAsync(Site.Call("ask"));

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await Site.ErrorOf(response)).Code.Should().Be(-32021);
    }

    [Fact]
    public async Task Any_other_error_that_comes_first_is_JSON_with_200()
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendAsync(Site.Call("nothing"));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await Site.ErrorOf(response)).Code.Should().Be(-32602);
    }

    [Fact]
    public async Task An_error_after_progress_is_the_last_event()
    {
        using Site site = Site.With(Tools.Of("work", string (IProgress<ProgressNotificationValue> progress) =>
        {
            progress.Report(new ProgressNotificationValue { Progress = 1 });
            throw new McpProtocolException("Not so.", McpErrorCode.InvalidParams);
        }));
        JsonObject call = Site.Ask(
            "tools/call", new JsonObject { ["name"] = "work", ["_meta"] = new JsonObject { ["progressToken"] = 5 } });

        using HttpResponseMessage response = await site.SendAsync(call);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        using EventLines events = await EventLines.OfAsync(response);
        JsonNode[] messages = await events.RestAsync();
        messages.Should().HaveCount(2);
        ((int)messages[1]["error"]!["code"]!).Should().Be(-32602);
    }

    [Fact]
    public async Task A_tool_that_throws_says_nothing_of_why()
    {
        using Site site = Site.With(Tools.Of("fail", string () => throw new InvalidDataException("secret")));

        using HttpResponseMessage response = await site.SendAsync(Site.Call("fail"));

        using EventLines events = await EventLines.OfAsync(response);
        JsonNode message = (await events.RestAsync()).Should().ContainSingle().Subject;
        ((bool)message["result"]!["isError"]!).Should().BeTrue();
        message.ToJsonString().Should().NotContain("secret");
    }

    [Fact]
    public async Task A_tool_learns_who_calls_from_the_handler_around()
    {
        McpServerOptions served = new()
        {
            ToolCollection = [
                Tools.Of("who",
                    (RequestContext<CallToolRequestParams> context) =>
                        context.User?.Identity is { IsAuthenticated: true, Name: { } name } ? name : "nobody")],
        };
        IRequestHandler open = new McpHandler(served);
        IRequestHandler closed = new BearerAuthenticationHandler(
            "mcp", (token, _) => new ValueTask<string?>(token == "secret" ? "ann" : null), new McpHandler(served));
        using HttpClient client = new PwbServer(new Router([new("/mcp", closed), new("/open", open)])).CreateClient();

        using HttpResponseMessage refused = await Site.SendAsync(client, Site.Call("who"), CancellationToken.None);
        using HttpResponseMessage let = await Site.SendAsync(
            client, Site.Call("who"), CancellationToken.None, ("Authorization", "Bearer secret"));

        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        refused.Headers.WwwAuthenticate.ToString().Should().StartWith("Bearer");
        using EventLines events = await EventLines.OfAsync(let);
        ((string?)(await events.NextAsync())!["result"]!["content"]![0]!["text"]).Should().Be("ann");
    }

    [Fact]
    public async Task Tools_get_services()
    {
        McpServerOptions served = new()
        {
            ToolCollection = [
                Tools.Of("serve",
                    (RequestContext<CallToolRequestParams> context) => (string)context.Services!.GetService(typeof(string))!)],
        };
        using Site site = new(served, new McpHandlerOptions { Services = new Services() });

        using HttpResponseMessage response = await site.SendAsync(Site.Call("serve"));

        using EventLines events = await EventLines.OfAsync(response);
        ((string?)(await events.NextAsync())!["result"]!["content"]![0]!["text"]).Should().Be("served");
    }

    [Fact]
    public async Task Discovery_tells_what_can_be_listened_to()
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendAsync(Site.Ask("server/discover"));

        using EventLines events = await EventLines.OfAsync(response);
        JsonNode result = (await events.NextAsync())!["result"]!;
        result["supportedVersions"]!.AsArray().Select(version => (string?)version).Should().Equal(Site.Current);
        ((bool)result["capabilities"]!["tools"]!["listChanged"]!).Should().BeTrue();
    }

    [Fact]
    public async Task An_earlier_client_is_served_without_a_session()
    {
        using Site site = new();

        using HttpResponseMessage greeted = await site.SendTextAsync(
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"""
                + """ "clientInfo":{"name":"old","version":"1"}}}""");
        using HttpResponseMessage initialized = await site.SendTextAsync(
            """{"jsonrpc":"2.0","method":"notifications/initialized"}""", ("MCP-Protocol-Version", "2025-06-18"));
        using HttpResponseMessage listed = await site.SendTextAsync(
            """{"jsonrpc":"2.0","id":2,"method":"tools/list"}""", ("MCP-Protocol-Version", "2025-06-18"),
            ("Mcp-Session-Id", "ignored"));

        greeted.Headers.Contains("Mcp-Session-Id").Should().BeFalse();
        using EventLines greeting = await EventLines.OfAsync(greeted);
        ((string?)(await greeting.NextAsync())!["result"]!["protocolVersion"]).Should().Be("2025-06-18");
        initialized.StatusCode.Should().Be(HttpStatusCode.Accepted);
        using EventLines list = await EventLines.OfAsync(listed);
        (await list.NextAsync())!["result"]!["tools"]!.AsArray().Should().ContainSingle();
    }

    private sealed class Services : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(string) ? "served" : null;
    }
}
