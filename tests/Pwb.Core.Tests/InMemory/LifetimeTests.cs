using System.Net;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.InMemory;

/// <summary>What the server and a client in memory see of each other's end.</summary>
public sealed class LifetimeTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly TaskCompletionSource<CancellationToken> _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConnectionCount _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("/wait")]
    [InlineData("/push")]
    public async Task A_client_that_is_disposed_cancels_the_token_of_what_is_in_flight(string target)
    {
        await using PwbServer server = Server();
        HttpClient client = server.CreateClient();
        Task<HttpResponseMessage> asking = client.GetAsync(target, HttpCompletionOption.ResponseHeadersRead);
        CancellationToken token = await _entered.Task.WaitAsync(Wire.SafetyTimeout);
        if (target == "/push") (await asking).StatusCode.Should().Be(HttpStatusCode.OK);

        client.Dispose();

        await CancelledAsync(token);
        await server.StopAsync().WaitAsync(Wire.SafetyTimeout); // nothing is left to wait for
        if (target == "/wait") await asking.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_request_that_is_cancelled_cancels_the_token_of_its_handler_and_harms_no_other()
    {
        await using PwbServer server = Server();
        using HttpClient client = server.CreateClient();
        using CancellationTokenSource cancelling = new();
        Task<string> asking = client.GetStringAsync("/wait", cancelling.Token);
        CancellationToken token = await _entered.Task.WaitAsync(Wire.SafetyTimeout);

        await cancelling.CancelAsync();

        await asking.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        await CancelledAsync(token);
        (await client.GetStringAsync("/")).Should().Be("ok");
    }

    [Fact]
    public async Task The_timeout_of_the_client_is_its_own()
    {
        await using PwbServer server = Server();

        // It may be over before the request has come to its handler.
        for (int milliseconds = 50; !_entered.Task.IsCompleted; milliseconds *= 2)
        {
            using HttpClient client = server.CreateClient();
            client.Timeout = TimeSpan.FromMilliseconds(milliseconds);
            (await client.Awaiting(asked => asked.GetAsync("/wait")).Should().ThrowAsync<TaskCanceledException>())
                .WithInnerException<TimeoutException>();
        }

        await CancelledAsync(await _entered.Task);
    }

    [Fact]
    public async Task A_server_that_stops_lets_requests_in_flight_finish_and_can_be_asked_again()
    {
        await using PwbServer server = Server();
        using HttpClient client = server.CreateClient();
        Task<HttpResponseMessage> asking = client.GetAsync("/wait");
        await _entered.Task.WaitAsync(Wire.SafetyTimeout);
        Task stopping = server.StopAsync();
        stopping.IsCompleted.Should().BeFalse();

        _release.SetResult();

        using HttpResponseMessage response = await asking;
        (await response.Content.ReadAsStringAsync()).Should().Be("released");
        response.Headers.ConnectionClose.Should().BeTrue();
        await stopping.WaitAsync(Wire.SafetyTimeout);
        (await client.GetStringAsync("/")).Should().Be("ok");
        _log.Count.Should().Be(2);
    }

    [Fact]
    public async Task A_server_that_stops_closes_idle_connections_and_the_next_request_makes_another()
    {
        await using PwbServer server = Server();
        using HttpClient client = server.CreateClient();
        (await client.GetStringAsync("/")).Should().Be("ok");

        await server.StopAsync().WaitAsync(Wire.SafetyTimeout);

        (await client.GetStringAsync("/")).Should().Be("ok");
        _log.Count.Should().Be(2);
    }

    [Fact]
    public async Task A_server_that_is_disposed_resets_what_is_in_flight_and_takes_no_more()
    {
        await using PwbServer server = Server();
        using HttpClient client = server.CreateClient();
        Task<string> asking = client.GetStringAsync("/wait");
        CancellationToken token = await _entered.Task.WaitAsync(Wire.SafetyTimeout);

        await server.DisposeAsync();

        await asking.Awaiting(task => task).Should().ThrowAsync<HttpRequestException>();
        await CancelledAsync(token);
        await client.Awaiting(asked => asked.GetStringAsync("/")).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task A_connection_that_idles_for_too_long_by_the_clock_of_the_server_is_closed()
    {
        await using PwbServer server = Server();
        using HttpClient client = server.CreateClient();
        for (int i = 0; i < 2; i++) (await client.GetStringAsync("/")).Should().Be("ok");
        _log.Count.Should().Be(1);

        _clock.Advance(TimeSpan.FromSeconds(80));
        server.Tick();

        (await client.GetStringAsync("/")).Should().Be("ok");
        _log.Count.Should().Be(2);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_reset_after_the_time_of_the_server()
    {
        await using PwbServer server = Server();
        using HttpClient client = server.CreateClient();
        using HttpResponseMessage response = await client.GetAsync("/large", HttpCompletionOption.ResponseHeadersRead);
        CancellationToken token = await _entered.Task.WaitAsync(Wire.SafetyTimeout);
        await using Stream content = await response.Content.ReadAsStreamAsync();
        (await content.ReadAsync(new byte[1000])).Should().BePositive();

        while (!token.IsCancellationRequested)
        {
            _clock.Advance(TimeSpan.FromSeconds(31));
            server.Tick();
            await Task.Yield();
        }

        await content.Awaiting(stream => stream.CopyToAsync(Stream.Null)).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task A_client_that_does_not_send_its_content_gets_a_408_or_the_end_after_the_time_of_the_server()
    {
        await using PwbServer server = Server();
        using HttpClient client = server.CreateClient();
        TaskCompletionSource stall = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CountingContent content = new(1_000_000, stall);
        Task<HttpResponseMessage> posting = client.PostAsync("/upload", content);
        CancellationToken token = await _entered.Task.WaitAsync(Wire.SafetyTimeout);

        while (!token.IsCancellationRequested)
        {
            _clock.Advance(TimeSpan.FromSeconds(31));
            server.Tick();
            await Task.Yield();
        }

        stall.SetResult();

        // The clock has gone on, perhaps beyond what lingering takes: then the client sees the connection's end.
        Exception? end = await Record.ExceptionAsync(async () =>
        {
            using HttpResponseMessage answer = await posting.WaitAsync(Wire.SafetyTimeout);
            answer.StatusCode.Should().Be(HttpStatusCode.RequestTimeout);
        });
        if (end is not null) end.Should().BeOfType<HttpRequestException>();
    }

    private static async Task CancelledAsync(CancellationToken token)
    {
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
        await cancelled.Task.WaitAsync(Wire.SafetyTimeout, CancellationToken.None);
    }

    private PwbServer Server() => new(RequestHandler.From(HandleAsync), new PwbServerOptions { TimeProvider = _clock }, _log);

    private async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Path == "/") return HttpResponse.Text("ok");
        if (request.Path == "/large")
            return new HttpResponse(200, ResponseBody.Push((output, token) => PushAsync(output, 1_000_000, token)));
        if (request.Path == "/push")
            return new HttpResponse(200, ResponseBody.Push((output, token) => PushAsync(output, 1, token)));

        _entered.TrySetResult(cancellationToken);
        if (request.Path == "/upload") await request.Body.CopyToAsync(Stream.Null, cancellationToken);
        await _release.Task.WaitAsync(cancellationToken);
        return HttpResponse.Text("released");
    }

    private async ValueTask PushAsync(Stream output, int length, CancellationToken cancellationToken)
    {
        _entered.SetResult(cancellationToken);
        await output.WriteAsync(new byte[length], cancellationToken);
        await output.FlushAsync(cancellationToken);
        await _release.Task.WaitAsync(cancellationToken);
    }
}
