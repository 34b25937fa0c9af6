using System.Net;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Server;
using Pwb.Mcp.Tests.Support;

namespace Pwb.Mcp.Tests;

/// <summary>
/// How requests end: by their client, their time, and the server's stop. Over TCP where the network is the subject.
/// </summary>
public sealed class LifeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_client_that_leaves_cancels_its_request()
    {
        await using PwbServer server = await StartAsync(
            new McpServerOptions { ToolCollection = [Tools.Waiting(_began, _cancelled)] });
        using HttpClient client = ClientOf(server);
        using CancellationTokenSource leaving = new();

        Task<HttpResponseMessage> asking = Site.SendAsync(client, Site.Call("wait"), leaving.Token);
        await _began.Task.WaitAsync(Patience);
        await leaving.CancelAsync();

        await _cancelled.Task.WaitAsync(Patience);
        await FluentActions.Awaiting(() => asking).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_of_a_stream_cancels_its_request()
    {
        McpServerTool tool = Tools.Of("work", async (IProgress<ProgressNotificationValue> progress, CancellationToken token) =>
        {
            progress.Report(new ProgressNotificationValue { Progress = 1 });
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            catch (OperationCanceledException)
            {
                _cancelled.SetResult();
                throw;
            }
        });
        await using PwbServer server = await StartAsync(new McpServerOptions { ToolCollection = [tool] });
        using HttpClient client = ClientOf(server);
        JsonObject call = Site.Ask(
            "tools/call", new JsonObject { ["name"] = "work", ["_meta"] = new JsonObject { ["progressToken"] = 1 } });

        using (HttpResponseMessage response = await Site.SendAsync(client, call, CancellationToken.None))
        using (EventLines events = await EventLines.OfAsync(response))
            ((string?)(await events.NextAsync())!["method"]).Should().Be("notifications/progress");

        await _cancelled.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_tool_that_does_not_look_at_its_token_holds_up_no_connection()
    {
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        McpServerTool stubborn = Tools.Of("stay", async () =>
        {
            _began.SetResult();
            await release.Task;
        });
        await using PwbServer server = await StartAsync(new McpServerOptions { ToolCollection = [stubborn] });
        using HttpClient client = ClientOf(server);
        using CancellationTokenSource leaving = new();

        Task<HttpResponseMessage> asking = Site.SendAsync(client, Site.Call("stay"), leaving.Token);
        await _began.Task.WaitAsync(Patience);
        await leaving.CancelAsync();
        await FluentActions.Awaiting(() => asking).Should().ThrowAsync<OperationCanceledException>();

        await server.StopAsync().WaitAsync(TimeSpan.FromSeconds(20)); // the grace is 30 s
        release.SetResult();
    }

    [Fact]
    public async Task A_stop_lets_a_call_finish()
    {
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        McpServerTool tool = Tools.Of("work", async () =>
        {
            _began.SetResult();
            await release.Task;
            return "done";
        });
        await using PwbServer server = await StartAsync(new McpServerOptions { ToolCollection = [tool] });
        using HttpClient client = ClientOf(server);

        Task<HttpResponseMessage> asking = Site.SendAsync(client, Site.Call("work"), CancellationToken.None);
        await _began.Task.WaitAsync(Patience);
        Task stopping = server.StopAsync();
        release.SetResult();

        using HttpResponseMessage response = await asking.WaitAsync(Patience);
        using EventLines events = await EventLines.OfAsync(response);
        ((string?)(await events.NextAsync())!["result"]!["content"]![0]!["text"]).Should().Be("done");
        await stopping.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_foreign_page_is_refused_by_the_server()
    {
        await using PwbServer server = await StartAsync(new McpServerOptions { ToolCollection = [Tools.Add()] });
        using HttpClient client = ClientOf(server);

        using HttpResponseMessage foreign = await Site.SendAsync(
            client, Site.Ask("tools/list"), CancellationToken.None, ("Origin", "https://evil.example"));
        using HttpResponseMessage rebound = await Site.SendAsync(
            client, Site.Ask("tools/list"), CancellationToken.None, ("Host", "evil.example"), ("Origin", "http://evil.example"));
        using HttpResponseMessage own = await Site.SendAsync(
            client, Site.Ask("tools/list"), CancellationToken.None, ("Origin", $"http://localhost:{server.EndPoint.Port}"));

        foreign.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        rebound.StatusCode.Should().Be(HttpStatusCode.MisdirectedRequest);
        own.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_silent_request_gets_its_head_and_comments()
    {
        ManualClock clock = new();
        TaskCompletionSource<string> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using Site site = new(
            new McpServerOptions { ToolCollection = [Tools.Of("work", () => answer.Task)] },
            new McpHandlerOptions { TimeProvider = clock });

        Task<HttpResponseMessage> asking = site.SendAsync(Site.Call("work"));
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(15), Patience);
        asking.IsCompleted.Should().BeFalse("the first message decides about the status");
        clock.Advance(TimeSpan.FromSeconds(15));

        using HttpResponseMessage response = await asking.WaitAsync(Patience);
        using EventLines events = await EventLines.OfAsync(response);
        (await events.NextLineAsync()).Should().Be(":");
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(15), Patience);
        clock.Advance(TimeSpan.FromSeconds(15));
        (await events.NextLineAsync()).Should().Be(":");
        answer.SetResult("done");
        ((string?)(await events.NextAsync())!["result"]!["content"]![0]!["text"]).Should().Be("done");
        (await events.NextAsync()).Should().BeNull();
    }

    [Fact]
    public async Task An_error_after_a_comment_is_an_event()
    {
        ManualClock clock = new();
        TaskCompletionSource<string> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using Site site = new(
            new McpServerOptions { ToolCollection = [Tools.Of("work", () => answer.Task)] },
            new McpHandlerOptions { TimeProvider = clock });

        Task<HttpResponseMessage> asking = site.SendAsync(Site.Call("work"));
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(15), Patience);
        clock.Advance(TimeSpan.FromSeconds(15));
        using HttpResponseMessage response = await asking.WaitAsync(Patience);
        answer.SetException(new McpProtocolException("No.", McpErrorCode.MethodNotFound));

        using EventLines events = await EventLines.OfAsync(response);
        ((int)(await events.NextAsync())!["error"]!["code"]!).Should().Be(-32601);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_cancelled_and_answered()
    {
        ManualClock clock = new();
        using Site site = new(
            new McpServerOptions { ToolCollection = [Tools.Waiting(_began, _cancelled)] },
            new McpHandlerOptions
            {
                TimeProvider = clock,
                RequestTimeout = TimeSpan.FromSeconds(10),
                Heartbeat = Timeout.InfiniteTimeSpan,
            });

        Task<HttpResponseMessage> asking = site.SendAsync(Site.Call("wait"));
        await _began.Task.WaitAsync(Patience);
        clock.Advance(TimeSpan.FromSeconds(10));

        using HttpResponseMessage response = await asking.WaitAsync(Patience);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (int code, string message, JsonNode whole) = await Site.ErrorOf(response);
        code.Should().Be(-32603);
        message.Should().Contain("too long");
        ((int)whole["id"]!).Should().Be(1);
        await _cancelled.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_stream_that_takes_too_long_ends_with_an_error()
    {
        ManualClock clock = new();
        using Site site = new(
            new McpServerOptions { ToolCollection = [Tools.Waiting(_began, _cancelled)] },
            new McpHandlerOptions { TimeProvider = clock, RequestTimeout = TimeSpan.FromSeconds(20) });

        Task<HttpResponseMessage> asking = site.SendAsync(Site.Call("wait"));
        await _began.Task.WaitAsync(Patience);
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(15), Patience);
        clock.Advance(TimeSpan.FromSeconds(15));
        using HttpResponseMessage response = await asking.WaitAsync(Patience);
        clock.Advance(TimeSpan.FromSeconds(5));

        using EventLines events = await EventLines.OfAsync(response);
        JsonNode message = (await events.RestAsync()).Should().ContainSingle().Subject;
        ((int)message["error"]!["code"]!).Should().Be(-32603);
        await _cancelled.Task.WaitAsync(Patience);
    }

    internal static async Task<PwbServer> StartAsync(McpServerOptions served, McpHandlerOptions? options = null)
    {
        Router router = new([new("/mcp", new McpHandler(served, options))]);
        PwbServer server = new(router, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        return server;
    }

    internal static HttpClient ClientOf(PwbServer server) =>
        new() { BaseAddress = new Uri($"http://localhost:{server.EndPoint.Port}/") };
}
