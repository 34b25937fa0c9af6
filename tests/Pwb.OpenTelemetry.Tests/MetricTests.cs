using OpenTelemetry.Metrics;
using Pwb.OpenTelemetry.Tests.Support;

namespace Pwb.OpenTelemetry.Tests;

public sealed class MetricTests
{
    private const string Duration = "http.server.request.duration";
    private const string ActiveRequests = "http.server.active_requests";
    private const string Connections = "pwb.server.connections";
    private const string Refusals = "pwb.server.refusals";

    [Fact]
    public async Task The_duration_is_a_histogram_in_seconds_with_the_buckets_of_the_conventions()
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(_ => HttpResponse.Text("x"));
        await Client.ExchangeAsync(server, TestServer.Get + TestServer.GetAndClose);
        await observer.SpansAsync(2);

        Observer.Point point = observer.Collect(Duration).Should().ContainSingle().Subject;
        point.Type.Should().Be(MetricType.Histogram);
        point.Unit.Should().Be("s");
        point.Bounds.Should().Equal(
            0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, double.PositiveInfinity);
        point.Value.Should().Be(2);
        point.Attributes.Should().BeEquivalentTo(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["http.request.method"] = "GET",
            ["url.scheme"] = "http",
            ["network.protocol.version"] = "1.1",
            ["http.response.status_code"] = 200,
        });
    }

    [Fact]
    public async Task The_duration_is_that_of_the_span()
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(_ => HttpResponse.Text("x"));
        await Client.ExchangeAsync(server, TestServer.GetAndClose);
        double span = (await observer.SpanAsync()).Duration.TotalSeconds;

        observer.Collect(Duration).Should().ContainSingle().Which.Sum.Should().BeApproximately(span, 1e-6);
    }

    [Theory]
    [InlineData(404, null)]
    [InlineData(503, "503")]
    public async Task Only_a_5xx_is_an_error(int status, string? error)
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(_ => HttpResponse.Text("x", status));
        await Client.ExchangeAsync(server, TestServer.GetAndClose);
        await observer.SpanAsync();

        Observer.Point point = observer.Collect(Duration).Should().ContainSingle().Subject;
        point.Attributes["http.response.status_code"].Should().Be(status);
        point.Attributes.GetValueOrDefault("error.type").Should().Be(error);
    }

    [Fact]
    public async Task A_method_that_the_conventions_do_not_list_is_another()
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(_ => HttpResponse.Text("x"));
        await Client.ExchangeAsync(server, "PROPFIND / HTTP/1.0\r\n\r\n");
        await observer.SpanAsync();

        Observer.Point point = observer.Collect(Duration).Should().ContainSingle().Subject;
        point.Attributes["http.request.method"].Should().Be("_OTHER");
        point.Attributes["network.protocol.version"].Should().Be("1.0");
    }

    [Fact]
    public async Task Active_requests_are_counted_while_they_are_answered_also_by_a_listener_that_comes_late()
    {
        TaskCompletionSource mayAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource hasBegun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await TestServer.StartAsync(RequestHandler.From(async (_, _) =>
        {
            hasBegun.SetResult();
            await mayAnswer.Task;
            return HttpResponse.Text("x");
        }));
        using Client client = await Client.ConnectAsync(server);
        await client.SendAsync(TestServer.Get);
        await hasBegun.Task;

        using Observer late = new();
        Observer.Point point = late.Collect(ActiveRequests).Should().ContainSingle(point => point.Value != 0).Subject;
        point.Value.Should().Be(1);
        point.Unit.Should().Be("{request}");
        point.Type.Should().Be(MetricType.LongSumNonMonotonic);
        point.Attributes.Should().BeEquivalentTo(
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["http.request.method"] = "GET", ["url.scheme"] = "http" });

        mayAnswer.SetResult();
        await client.ReadUntilAsync("\r\n\r\nx");
        await late.UntilAsync(ActiveRequests, points => points.Count > 0 && points.All(point => point.Value == 0));
        late.Spans.Should().BeEmpty("the request began before anybody listened");
    }

    [Fact]
    public async Task Nothing_stays_active_after_failures_aborts_and_a_stop()
    {
        using Observer observer = new();
        TaskCompletionSource hasBegun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        PwbServer server = await TestServer.StartAsync(RequestHandler.From(async (request, cancellationToken) =>
        {
            if (request.Path == "/throw") throw new InvalidOperationException();
            hasBegun.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return HttpResponse.Text("never");
        }));
        await Client.ExchangeAsync(server, "GET /throw HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        using Client client = await Client.ConnectAsync(server);
        await client.SendAsync(TestServer.Get);
        await hasBegun.Task;
        observer.Collect(ActiveRequests).Sum(point => point.Value).Should().Be(1);
        await server.DisposeAsync();

        await observer.UntilAsync(ActiveRequests, points => points.Sum(point => point.Value) == 0);
        await observer.UntilAsync(Connections, points => points.Sum(point => point.Value) == 0);
        IReadOnlyList<Observer.Point> durations = observer.Collect(Duration);
        durations.Select(point => point.Attributes["error.type"]).Should().BeEquivalentTo(
            ["System.InvalidOperationException", "aborted"]);
        durations.Should().ContainSingle(point => !point.Attributes.ContainsKey("http.response.status_code"));
    }

    [Fact]
    public async Task A_request_that_was_answered_is_not_active_while_its_client_takes_its_time_to_close()
    {
        using Observer observer = new();
        PwbServerOptions options = new() { EndPoints = ServerEndPoint.Loopback(0), TimeProvider = new StillClock() };
        await using PwbServer server = await TestServer.StartAsync(RequestHandler.From(_ => HttpResponse.Text("x")), options);
        using Client client = await Client.ConnectAsync(server);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx");
        await client.ReadToEndAsync();

        await observer.UntilAsync(ActiveRequests, points => points.Sum(point => point.Value) == 0);
        observer.Collect(Connections).Sum(point => point.Value).Should().Be(1, "no time goes by, so it is still waited for");
    }

    [Fact]
    public async Task Connections_are_active_or_idle()
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(_ => HttpResponse.Text("x"));
        using (Client client = await Client.ConnectAsync(server))
        {
            await client.SendAsync(TestServer.Get);
            await client.ReadUntilAsync("\r\n\r\nx");
            await observer.UntilAsync(Connections, points => Count(points, "idle") == 1 && Count(points, "active") == 0);
            observer.Collect(Connections).Should().OnlyContain(
                point => point.Unit == "{connection}" && point.Type == MetricType.LongSumNonMonotonic);
            await client.SendAsync("GET / HTTP/1.1\r\n");
            await observer.UntilAsync(Connections, points => Count(points, "idle") == 0 && Count(points, "active") == 1);
        }

        await observer.UntilAsync(Connections, points => points.Sum(point => point.Value) == 0);

        static long Count(IReadOnlyList<Observer.Point> points, string state) =>
            points.Single(point => point.Attributes["http.connection.state"] as string == state).Value;
    }

    [Fact]
    public async Task A_head_that_is_refused_is_counted_by_its_reason_and_is_no_request()
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(_ => HttpResponse.Text("x"));
        long before = Count(observer, "missing_host");
        (await Client.ExchangeAsync(server, "GET / HTTP/1.1\r\n\r\n")).Should().StartWith("HTTP/1.1 400 ");

        Count(observer, "missing_host").Should().Be(before + 1);
        Observer.Point point = observer.Collect(Refusals).Single(
            point => point.Attributes["error.type"] as string == "missing_host");
        point.Attributes["http.response.status_code"].Should().Be(400);
        point.Unit.Should().Be("{refusal}");
        point.Type.Should().Be(MetricType.LongSum);
        observer.Collect(Duration).Should().BeEmpty();
        observer.Spans.Should().BeEmpty();
    }

    [Fact]
    public async Task A_request_whose_content_is_refused_is_both()
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(_ => HttpResponse.Text("x"));
        long before = Count(observer, "bad_chunk_size");
        (await Client.ExchangeAsync(server, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"))
            .Should().StartWith("HTTP/1.1 400 ");
        await observer.SpanAsync();

        Count(observer, "bad_chunk_size").Should().Be(before + 1);
        Observer.Point point = observer.Collect(Duration).Should().ContainSingle().Subject;
        point.Attributes["http.response.status_code"].Should().Be(400);
        point.Attributes.Should().NotContainKey("error.type", "it is the client's fault");
    }

    private static long Count(Observer observer, string reason) =>
        observer.Collect(Refusals).Where(point => point.Attributes["error.type"] as string == reason).Sum(point => point.Value);

    private sealed class StillClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
