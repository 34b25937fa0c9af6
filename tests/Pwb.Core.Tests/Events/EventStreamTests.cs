using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Serialization;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Events;

/// <summary>Event streams: what is on the wire, and when they end.</summary>
public sealed partial class EventStreamTests
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
