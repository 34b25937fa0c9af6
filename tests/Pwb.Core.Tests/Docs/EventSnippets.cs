using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Pwb;

namespace Snippets;

/// <summary>The C# of docs/events.md.</summary>
public sealed partial class EventSnippets
{
    [Fact]
    public async Task Numbers_go_on_where_the_client_left_off()
    {
        // <events>
        static async IAsyncEnumerable<SseItem<string>> CountAsync(
            string? after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            int first = int.TryParse(after, CultureInfo.InvariantCulture, out int last) ? last + 1 : 0;
            for (int i = first; ; i++)
            {
                yield return new SseItem<string>($"number {i}") { EventId = $"{i}" };
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        }

        IRequestHandler handler = RequestHandler.From(
            request => ServerSentEvents.From(request, CountAsync(request.GetLastEventId())));
        // </events>

        (await FirstAsync(handler, null)).Should().Be(new SseItem<string>("number 0") { EventId = "0" });
        (await FirstAsync(handler, "41")).Should().Be(new SseItem<string>("number 42") { EventId = "42" });
    }

    [Fact]
    public async Task Values_are_json()
    {
        static async IAsyncEnumerable<SseItem<Move>> MovesAsync()
        {
            yield return new SseItem<Move>(new Move("e2", "e4"));
            await Task.Yield();
        }

        // <events-json>
        IRequestHandler handler = RequestHandler.From(
            request => ServerSentEvents.From(request, MovesAsync(), GameJson.Default.Move));
        // </events-json>

        (await FirstAsync(handler, null)).Data.Should().Be("""{"From":"e2","To":"e4"}""");
    }

    [Fact]
    public async Task A_channel_is_a_source()
    {
        // <events-channel>
        Channel<SseItem<string>> news = Channel.CreateBounded<SseItem<string>>(
            new BoundedChannelOptions(100) { FullMode = BoundedChannelFullMode.DropOldest });
        IRequestHandler handler = RequestHandler.From(
            request => ServerSentEvents.From(request, news.Reader.ReadAllAsync(request.Aborted)));
        // </events-channel>

        news.Writer.TryWrite(new SseItem<string>("hello")).Should().BeTrue();
        (await FirstAsync(handler, null)).Data.Should().Be("hello");
    }

    private static async Task<SseItem<string>> FirstAsync(IRequestHandler handler, string? lastId)
    {
        using HttpClient client = new PwbServer(handler).CreateClient();
        if (lastId is not null) client.DefaultRequestHeaders.Add("Last-Event-ID", lastId);
        await using Stream stream = await client.GetStreamAsync("/");
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync()) return item;
        throw new InvalidOperationException("There is no item.");
    }

    internal sealed record Move(string From, string To);

    [JsonSerializable(typeof(Move))]
    internal sealed partial class GameJson : JsonSerializerContext;
}
