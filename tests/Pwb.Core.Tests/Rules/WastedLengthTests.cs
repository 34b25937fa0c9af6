using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R13a: one budget a connection for bytes that serve nobody.</summary>
public sealed class WastedLengthTests
{
    private const string Head = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    private const string End = "0\r\n\r\n";

    private static readonly PwbServerOptions Narrow = new() { Limits = new PwbServerLimits { MaxWastedLength = 1000 } };

    public static TheoryData<string> Wastes => new(
        Head + Repeat(300, "1\r\nx\r\n") + End,
        Head + Repeat(20, "2;" + new string('e', 100) + "\r\nab\r\n") + End,
        Repeat(20, Head + "2;" + new string('e', 150) + "\r\nab\r\n" + End),
        Repeat(20, Head + "0\r\nT: " + new string('t', 150) + "\r\n\r\n"));

    [Theory]
    [MemberData(nameof(Wastes))]
    public async Task Who_sends_more_framing_than_the_budget_is_refused_however_it_is_read(string input)
    {
        foreach (Segmentation segmentation in (Segmentation[])[
            Segmentation.Whole, Segmentation.CutAt(500), Segmentation.ByteByByte(input.Length)])
        {
            WireResponse last = (await new Wire(Wire.EchoAsync, Narrow).ExchangeAsync(input, segmentation)).Responses()[^1];
            last.Status.Should().Be(400);
            last.ContentText.Should().Contain("too much framing");
            (await new Wire(_ => HttpResponse.Text("unread"), Narrow).ExchangeAsync(input, segmentation)).Responses()[^1].Status
                .Should().Be(400);
        }

        (await new Wire(Wire.EchoAsync).ExchangeAsync(input)).Responses().Should().OnlyContain(
            response => response.Status == 200);
    }

    [Fact]
    public async Task Content_and_heads_pay_for_their_framing()
    {
        string extended = "fa;" + new string('e', 200) + "\r\n" + new string('x', 250) + "\r\n";
        string trailers = "0\r\nT: " + new string('t', Head.Length - 10) + "\r\n\r\n";
        Outcome outcome = await new Wire(Wire.EchoAsync, Narrow).ExchangeAsync(
            Head + Repeat(70, extended) + End + Repeat(100, Head + trailers));
        outcome.Responses().Should().HaveCount(101).And.OnlyContain(response => response.Status == 200);
    }

    [Fact]
    public async Task Time_pays_so_a_slow_stream_of_tiny_chunks_goes_on_for_ever()
    {
        var wire = new Wire(Wire.EchoAsync, Narrow);
        Connection connection = wire.Open(Head);
        for (int i = 0; i < 50; i++)
        {
            connection.Stream.Give(Repeat(200, "1\r\nx\r\n"));
            await connection.Stream.WaitUntilIdleAsync();
            wire.Clock.Advance(TimeSpan.FromSeconds(1));
            wire.Server.Tick();
        }

        connection.Stream.Give(End);
        (await connection.FinishAsync()).Response("POST").Content.Should().HaveCount(10_000);
    }

    private static string Repeat(int count, string text) => string.Concat(Enumerable.Repeat(text, count));
}
