using System.Diagnostics;
using Pwb.OpenTelemetry.Tests.Support;

namespace Pwb.OpenTelemetry.Tests;

public sealed class SpanTests
{
    [Fact]
    public async Task Says_of_a_request_what_the_conventions_ask_for()
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(_ => HttpResponse.Text("x"));
        using Client client = await Client.ConnectAsync(server);
        await client.SendAsync(
            "GET /a%20b?q=1&sig=secret&x=sig HTTP/1.1\r\nHost: example.org:8888\r\nUser-Agent: test/1.0\r\n\r\n");
        await client.ReadUntilAsync("\r\n\r\nx");

        Activity span = await observer.SpanAsync();
        span.DisplayName.Should().Be("GET", "there is no route");
        span.Kind.Should().Be(ActivityKind.Server);
        span.Status.Should().Be(ActivityStatusCode.Unset);
        span.Source.Name.Should().Be("Pwb");
        span.ParentId.Should().BeNull();
        span.Attributes().Should().BeEquivalentTo(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["http.request.method"] = "GET",
            ["http.response.status_code"] = 200,
            ["url.scheme"] = "http",
            ["url.path"] = "/a%20b",
            ["url.query"] = "q=1&sig=REDACTED&x=sig",
            ["server.address"] = "example.org",
            ["server.port"] = 8888,
            ["client.address"] = "127.0.0.1",
            ["network.peer.address"] = "127.0.0.1",
            ["network.peer.port"] = client.LocalEndPoint.Port,
            ["network.protocol.version"] = "1.1",
            ["user_agent.original"] = "test/1.0",
        });
    }

    [Theory]
    [InlineData(
        "X-Amz-Signature=1&X-Amz-Credential=2&X-Amz-Security-Token=3&X-Amz-Date=4",
        "X-Amz-Signature=REDACTED&X-Amz-Credential=REDACTED&X-Amz-Security-Token=REDACTED&X-Amz-Date=4")]
    [InlineData(
        "AWSAccessKeyId=1&Signature=2&X-Goog-Signature=3&sig=4",
        "AWSAccessKeyId=REDACTED&Signature=REDACTED&X-Goog-Signature=REDACTED&sig=REDACTED")]
    public async Task Keeps_keys_and_signatures_to_itself(string query, string shown)
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(_ => HttpResponse.Text("x"));
        await Client.ExchangeAsync(server, $"GET /?{query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        (await observer.SpanAsync()).Attributes()["url.query"].Should().Be(shown);
    }

    [Theory]
    [InlineData("a", "a", null)]
    [InlineData("a:", "a", null)]
    [InlineData("[::1]", "::1", null)]
    [InlineData("[::1]:80", "::1", 80)]
    public async Task Takes_the_server_from_Host(string host, string address, int? port)
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(_ => HttpResponse.Text("x"));
        await Client.ExchangeAsync(server, $"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

        Dictionary<string, object?> attributes = (await observer.SpanAsync()).Attributes();
        attributes["server.address"].Should().Be(address);
        attributes.GetValueOrDefault("server.port").Should().Be(port);
        attributes.Should().NotContainKeys("url.query", "user_agent.original", "http.request.method_original", "error.type");
    }

    [Fact]
    public async Task Names_another_method_beside_its_original()
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(_ => HttpResponse.Text("x"));
        await Client.ExchangeAsync(server, "PROPFIND / HTTP/1.0\r\n\r\n");

        Activity span = await observer.SpanAsync();
        span.DisplayName.Should().Be("HTTP");
        Dictionary<string, object?> attributes = span.Attributes();
        attributes["http.request.method"].Should().Be("_OTHER");
        attributes["http.request.method_original"].Should().Be("PROPFIND");
        attributes["network.protocol.version"].Should().Be("1.0");
        attributes.Should().NotContainKey("server.address");
    }

    [Theory]
    [InlineData(404, ActivityStatusCode.Unset, null)]
    [InlineData(500, ActivityStatusCode.Error, "500")]
    [InlineData(503, ActivityStatusCode.Error, "503")]
    public async Task Is_an_error_for_a_5xx_only(int statusCode, ActivityStatusCode status, string? error)
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(_ => HttpResponse.Text("x", statusCode));
        await Client.ExchangeAsync(server, TestServer.GetAndClose);

        await ShouldEndAsync(observer, status, statusCode, error);
    }

    [Fact]
    public async Task Names_the_exception_of_a_handler_that_throws()
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(_ => throw new TimeZoneNotFoundException("secret"));
        await Client.ExchangeAsync(server, TestServer.GetAndClose);

        await ShouldEndAsync(observer, ActivityStatusCode.Error, 500, "System.TimeZoneNotFoundException");
    }

    [Theory]
    [InlineData(false, 500)]
    [InlineData(true, 200)]
    public async Task Names_the_exception_of_a_body_that_throws(bool afterFlush, int statusCode)
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(
            _ => new HttpResponse(200, ResponseBody.Push(async (output, cancellationToken) =>
            {
                await output.WriteAsync("begun"u8.ToArray(), cancellationToken);
                if (afterFlush) await output.FlushAsync(cancellationToken);
                throw new TimeZoneNotFoundException();
            })));
        using Client client = await Client.ConnectAsync(server);
        await client.SendAsync(TestServer.GetAndClose);

        await ShouldEndAsync(observer, ActivityStatusCode.Error, statusCode, "System.TimeZoneNotFoundException");
    }

    [Fact]
    public async Task Is_aborted_when_the_client_goes_away_before_the_answer()
    {
        using Observer observer = new();
        TaskCompletionSource hasBegun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await TestServer.StartAsync(RequestHandler.From(async (_, cancellationToken) =>
        {
            hasBegun.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return HttpResponse.Text("never");
        }));
        using Client client = await Client.ConnectAsync(server);
        await client.SendAsync(TestServer.Get);
        await hasBegun.Task;
        client.Reset();

        await ShouldEndAsync(observer, ActivityStatusCode.Error, null, "aborted");
    }

    [Fact]
    public async Task Is_aborted_when_the_client_goes_away_during_the_answer()
    {
        using Observer observer = new();
        TaskCompletionSource isGone = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await TestServer.StartAsync(
            _ => new HttpResponse(200, ResponseBody.Push(async (output, cancellationToken) =>
            {
                await output.WriteAsync("begun"u8.ToArray(), cancellationToken);
                await output.FlushAsync(cancellationToken);
                await isGone.Task;
                while (true)
                {
                    await output.WriteAsync(new byte[1024], cancellationToken);
                    await output.FlushAsync(cancellationToken);
                }
            })));
        using Client client = await Client.ConnectAsync(server);
        await client.SendAsync(TestServer.Get);
        await client.ReadUntilAsync("begun");
        client.Reset();
        isGone.SetResult();

        await ShouldEndAsync(observer, ActivityStatusCode.Error, 200, "aborted");
    }

    [Fact]
    public async Task Lasts_until_the_body_has_been_sent()
    {
        using Observer observer = new();
        TaskCompletionSource mayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await TestServer.StartAsync(
            _ => new HttpResponse(200, ResponseBody.Push(async (output, cancellationToken) =>
            {
                await output.WriteAsync("begun"u8.ToArray(), cancellationToken);
                await output.FlushAsync(cancellationToken);
                await mayEnd.Task;
            })));
        using Client client = await Client.ConnectAsync(server);
        await client.SendAsync(TestServer.Get);
        await client.ReadUntilAsync("begun");
        observer.Spans.Should().BeEmpty();
        mayEnd.SetResult();

        await ShouldEndAsync(observer, ActivityStatusCode.Unset, 200, null);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400)]
    public async Task Of_a_request_that_is_refused_is_no_error(string request, int statusCode)
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(_ => HttpResponse.Text("x"));
        (await Client.ExchangeAsync(server, request)).Should().StartWith($"HTTP/1.1 {statusCode} ");

        await ShouldEndAsync(observer, ActivityStatusCode.Unset, statusCode, null);
    }

    [Fact]
    public async Task Of_a_request_that_is_refused_is_no_error_although_the_handler_cannot_go_on()
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(RequestHandler.From(async (request, cancellationToken) =>
        {
            try
            {
                await request.Body.ReadExactlyAsync(new byte[1], cancellationToken);
            }
            catch (RequestRejectedException exception)
            {
                throw new InvalidOperationException("no content", exception);
            }

            return HttpResponse.Text("x");
        }));
        await Client.ExchangeAsync(server, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n");

        await ShouldEndAsync(observer, ActivityStatusCode.Unset, 400, null);
    }

    private static async Task ShouldEndAsync(Observer observer, ActivityStatusCode status, int? statusCode, string? error)
    {
        Activity span = await observer.SpanAsync();
        span.Status.Should().Be(status);
        Dictionary<string, object?> attributes = span.Attributes();
        attributes.GetValueOrDefault("http.response.status_code").Should().Be(statusCode);
        attributes.GetValueOrDefault("error.type").Should().Be(error);
    }
}
