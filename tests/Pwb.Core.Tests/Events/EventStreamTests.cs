using System.Net;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization;
using Pwb.Events;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Events;

/// <summary>Event streams: what is on the wire, and when they end.</summary>
public sealed class EventStreamTests
{
    public static TheoryData<SseItem<string>, string> Items => new()
    {
        { new("a"), "data: a\n\n" },
        { new(""), "data: \n\n" },
        { default, "data: \n\n" },
        { new(" a"), "data:  a\n\n" },
        { new("a\nb"), "data: a\ndata: b\n\n" },
        { new("a\r\nb\rc\n"), "data: a\ndata: b\ndata: c\ndata: \n\n" },
        { new("\r\r\n\n"), "data: \ndata: \ndata: \ndata: \n\n" },
        { new("\u4F60\u597D \U0001F600"), "data: \u4F60\u597D \U0001F600\n\n" },
        { new("a", "news"), "event: news\ndata: a\n\n" },
        { new("a", "message"), "data: a\n\n" },
        { new("a") { EventId = "4711" }, "data: a\nid: 4711\n\n" },
        { new("a") { EventId = "" }, "data: a\nid: \n\n" }, // forgets the last one
        { new("a") { ReconnectionInterval = TimeSpan.FromSeconds(2.5) }, "data: a\nretry: 2500\n\n" },
        { new("a\nb", "\u4F60") { EventId = "\u597D", ReconnectionInterval = TimeSpan.Zero },
            "event: \u4F60\ndata: a\ndata: b\nid: \u597D\nretry: 0\n\n" },
    };

    [Theory]
    [MemberData(nameof(Items))]
    public async Task Writes_an_item_as_the_standard_has_it(SseItem<string> item, string text)
    {
        HttpResponse response = ServerSentEvents.From(new HttpRequest("GET", "/"), Sequence(item, item));

        (await WriteAsync(response)).Should().Be(text + text);
        response.Headers["Content-Type"].Should().Be("text/event-stream");
        response.Headers["Cache-Control"].Should().Be("no-cache");
        response.Headers["X-Accel-Buffering"].Should().Be("no");
    }

    [Fact]
    public async Task The_runtimes_client_reads_what_was_sent()
    {
        SseItem<string>[] items = [
            new("a\nb\n") { EventId = "1" }, new(new string('x', 200_000), "large")
            {
                EventId = "2",
                ReconnectionInterval = TimeSpan.FromSeconds(1),
            }, new("\uFEFF:") { EventId = "3" }];
        await using PwbServer server = new(RequestHandler.From(request => ServerSentEvents.From(request, Sequence(items))));
        using HttpClient client = server.CreateClient();

        await using Stream stream = await client.GetStreamAsync("/");
        List<SseItem<string>> read = [];
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync()) read.Add(item);

        read.Should().Equal(items);
    }

    [Fact]
    public async Task Values_become_json()
    {
        HttpResponse response = ServerSentEvents.From(
            new HttpRequest("GET", "/"), Sequence(new SseItem<Point>(new Point(1, 2), "moved")), EventJson.Default.Point);

        (await WriteAsync(response)).Should().Be("event: moved\ndata: {\"X\":1,\"Y\":2}\n\n");
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("4711", "4711")]
    [InlineData("\u00E4\u00BD\u00A0", "\u4F60")] // UTF-8, as bytes
    public void The_last_id_is_read_as_browsers_send_it(string? sent, string? id)
    {
        HttpRequest request = sent is null ? new("GET", "/") : new("GET", "/", null, ("Last-Event-ID", sent));

        request.GetLastEventId().Should().Be(id);
    }

    [Fact]
    public void What_the_caller_does_wrong_is_said_at_its_line()
    {
        HttpRequest request = new("GET", "/");
        Action noRequest = () => ServerSentEvents.From(null!, Sequence<string>());
        Action noItems = () => ServerSentEvents.From(request, null!);
        Action noHeartbeat = () => ServerSentEvents.From(request, Sequence<string>(), TimeSpan.Zero);
        Action never = () => ServerSentEvents.From(request, Sequence<string>(), Timeout.InfiniteTimeSpan);

        noRequest.Should().Throw<ArgumentNullException>().WithParameterName("request");
        noItems.Should().Throw<ArgumentNullException>().WithParameterName("items");
        noHeartbeat.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("heartbeat");
        never.Should().NotThrow();
    }

    [Fact]
    public async Task An_id_that_clients_would_ignore_is_not_sent()
    {
        HttpResponse response = ServerSentEvents.From(
            new HttpRequest("GET", "/"), Sequence(new SseItem<string>("a") { EventId = "4\0" }));

        await response.Invoking(each => WriteAsync(each)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*NUL*");
    }

    [Fact]
    public async Task Head_and_items_go_out_at_once()
    {
        System.Threading.Channels.Channel<SseItem<string>> news =
            System.Threading.Channels.Channel.CreateUnbounded<SseItem<string>>();
        await using PwbServer server = new(
            RequestHandler.From(request => ServerSentEvents.From(request, news.Reader.ReadAllAsync())));
        using HttpClient client = server.CreateClient();

        using HttpResponseMessage response =
            await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead).WaitAsync(Wire.SafetyTimeout);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        for (int i = 0; i < 3; i++)
        {
            news.Writer.TryWrite(new SseItem<string>($"{i}"));
            (await reader.ReadLineAsync().WaitAsync(Wire.SafetyTimeout)).Should().Be($"data: {i}");
            await reader.ReadLineAsync();
        }

        news.Writer.Complete();
        (await reader.ReadToEndAsync().WaitAsync(Wire.SafetyTimeout)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_comment_breaks_the_silence_by_the_servers_clock()
    {
        TimerClock clock = new();
        System.Threading.Channels.Channel<SseItem<string>> news =
            System.Threading.Channels.Channel.CreateUnbounded<SseItem<string>>();
        using SemaphoreSlim asked = new(0);
        await using PwbServer server = new(
            RequestHandler.From(request => ServerSentEvents.From(request, NewsAsync())),
            new PwbServerOptions { TimeProvider = clock });
        using HttpClient client = server.CreateClient();
        using HttpResponseMessage response = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        await asked.WaitAsync(Wire.SafetyTimeout);

        await clock.AdvanceAsync(TimeSpan.FromSeconds(15));
        (await LineAsync()).Should().Be(":");

        await clock.AdvanceAsync(TimeSpan.FromSeconds(10));
        news.Writer.TryWrite(new SseItem<string>("a"));
        (await LineAsync()).Should().Be("data: a");
        await asked.WaitAsync(Wire.SafetyTimeout); // the time of the item is noted before the next is asked for
        await clock.AdvanceAsync(TimeSpan.FromSeconds(5)); // the timer is due, the comment is not: there was an item
        await clock.AdvanceAsync(TimeSpan.FromSeconds(9));
        news.Writer.TryWrite(new SseItem<string>("b"));
        (await LineAsync()).Should().Be("data: b");
        await asked.WaitAsync(Wire.SafetyTimeout);
        await clock.AdvanceAsync(TimeSpan.FromSeconds(1));
        await clock.AdvanceAsync(TimeSpan.FromSeconds(20));
        (await LineAsync()).Should().Be(":");

        async IAsyncEnumerable<SseItem<string>> NewsAsync()
        {
            while (true)
            {
                asked.Release();
                yield return await news.Reader.ReadAsync();
            }
        }

        async Task<string?> LineAsync()
        {
            string? line = await reader.ReadLineAsync().WaitAsync(Wire.SafetyTimeout);
            (await reader.ReadLineAsync().WaitAsync(Wire.SafetyTimeout)).Should().BeEmpty();
            return line;
        }
    }

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

    private static async Task<string> WriteAsync(HttpResponse response)
    {
        MemoryStream output = new();
        await response.Body.WriteToAsync(output, CancellationToken.None);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static async IAsyncEnumerable<SseItem<T>> Sequence<T>(params SseItem<T>[] items)
    {
        foreach (SseItem<T> item in items)
        {
            yield return item;
            await Task.Yield();
        }
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

    private sealed class StubbornSource : IAsyncEnumerable<SseItem<string>>, IAsyncEnumerator<SseItem<string>>
    {
        public TaskCompletionSource<bool> Next { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SseItem<string> Current => default;

        public IAsyncEnumerator<SseItem<string>> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

        public ValueTask<bool> MoveNextAsync() => new(Next.Task);

        public ValueTask DisposeAsync()
        {
            Disposed.SetResult();
            return default;
        }
    }
}

internal sealed record Point(int X, int Y);

[JsonSerializable(typeof(Point))]
internal sealed partial class EventJson : JsonSerializerContext;
