using System.Net;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Pwb.Events;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Events;

/// <content>When streams end, and how.</content>
public sealed partial class EventStreamTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ends_in_good_order_at_the_end_of_client_or_server(bool isServers)
    {
        using CancellationTokenSource end = new();
        bool isCleanedUp = false;
        EventStreamBody<string> body = new(
            QuietAsync(() => isCleanedUp = true),
            (text, output) => Encoding.UTF8.GetBytes(text, output),
            Timeout.InfiniteTimeSpan,
            TimeProvider.System,
            isServers ? end.Token : CancellationToken.None)
        {
            Patience = Wire.SafetyTimeout,
        };
        Task writing = body.WriteToAsync(new MemoryStream(), isServers ? CancellationToken.None : end.Token).AsTask();

        await end.CancelAsync();
        await writing.WaitAsync(Wire.SafetyTimeout);

        isCleanedUp.Should().BeTrue("the source ends before its stream does");
    }

    [Fact]
    public async Task Ends_without_a_source_that_does_not_end_and_disposes_of_it_later()
    {
        using CancellationTokenSource stopping = new();
        StubbornSource source = new();
        HttpResponse response = ServerSentEvents.From(new HttpRequest("GET", "/") { Stopping = stopping.Token }, source);
        Task writing = response.Body.WriteToAsync(new MemoryStream(), CancellationToken.None).AsTask();

        await stopping.CancelAsync();
        await writing.WaitAsync(Wire.SafetyTimeout);
        source.Disposed.Task.IsCompleted.Should().BeFalse("it is still at work");
        source.Next.SetException(new IOException("too late for anybody"));

        await source.Disposed.Task.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task A_source_that_fails_is_a_body_that_fails()
    {
        LogLines log = new();
        await using PwbServer server = new(
            RequestHandler.From(request => ServerSentEvents.From(request, FailingAsync())), null, log);
        using HttpClient client = server.CreateClient();

        using HttpResponseMessage response = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        await response.Content.Invoking(content => content.ReadAsStringAsync()).Should().ThrowAsync<HttpRequestException>();

        await log.LineAsync("body failed (TimeoutException)");
    }

    [Fact]
    public async Task A_hundred_quiet_streams_end_at_once_at_a_stop_and_no_error_is_logged()
    {
        LogLines log = new();
        PwbServerOptions options = new()
        {
            EndPoints = ServerEndPoint.Loopback(0),
            Limits = new PwbServerLimits { ShutdownGracePeriod = TimeSpan.FromHours(1) },
        };
        await using PwbServer server = new(
            RequestHandler.From(request => ServerSentEvents.From(request, QuietAsync(() => { }))), options, log);
        await server.StartAsync();
        List<TcpClient> clients = [];
        for (int i = 0; i < 100; i++) clients.Add(await OpenAsync(server.EndPoint.Ip));

        // On a machine that does nothing else it is 20 ms; without the end of the streams it would be the grace.
        await server.StopAsync().WaitAsync(Wire.SafetyTimeout);
        foreach (TcpClient client in clients)
        {
            using StreamReader reader = new(client.GetStream());
            (await reader.ReadToEndAsync().WaitAsync(Wire.SafetyTimeout)).Should().EndWith("0\r\n\r\n", "it is a whole response");
            client.Dispose();
        }

        log.Lines.Should().NotContain(
            line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_leaves_ends_its_stream_and_no_error_is_logged()
    {
        LogLines log = new();
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = new(
            RequestHandler.From(request => ServerSentEvents.From(request, QuietAsync(ended.SetResult))),
            new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) }, log);
        await server.StartAsync();
        using (await OpenAsync(server.EndPoint.Ip))
        {
        }

        server.Tick();
        await ended.Task.WaitAsync(Wire.SafetyTimeout);
        await server.StopAsync();
        log.Lines.Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_its_owner_cancels_breaks_off_without_an_error_in_the_log(bool hasWritten)
    {
        LogLines log = new();
        using CancellationTokenSource owner = new();
        ResponseBody body = ResponseBody.Push(async (output, _) =>
        {
            if (hasWritten) await output.WriteAsync("a"u8.ToArray(), CancellationToken.None);
            if (hasWritten) await output.FlushAsync(CancellationToken.None);
            await owner.CancelAsync();
            owner.Token.ThrowIfCancellationRequested();
        });
        await using PwbServer server = new(RequestHandler.From(_ => new HttpResponse(200, body)), null, log);
        using HttpClient client = server.CreateClient();

        using HttpResponseMessage response = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);

        if (hasWritten)
            await response.Content.Invoking(content => content.ReadAsStringAsync()).Should().ThrowAsync<HttpRequestException>();
        else response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        await server.StopAsync();
        log.Lines.Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    private static async Task<TcpClient> OpenAsync(IPEndPoint endPoint)
    {
        TcpClient client = new(endPoint.AddressFamily);
        await client.ConnectAsync(endPoint);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        (await client.GetStream().ReadAsync(new byte[12])).Should().Be(12, "the head goes out at once");
        return client;
    }

    private static async IAsyncEnumerable<SseItem<string>> QuietAsync(
        Action cleanUp, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            yield break;
        }
        finally
        {
            cleanUp();
        }
    }

    private static async IAsyncEnumerable<SseItem<string>> FailingAsync()
    {
        yield return new SseItem<string>("a");
        await Task.Yield();
        throw new TimeoutException();
    }
}
