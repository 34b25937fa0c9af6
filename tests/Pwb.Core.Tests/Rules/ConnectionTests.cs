using System.Globalization;
using System.Text;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R14: persistence, pipelining and the close. RFC 9112 §9, RFC 9110 §7.6.1.</summary>
public sealed partial class ConnectionTests
{
    private const int Many = 10_000;

    private static readonly Wire Paths = new(request => HttpResponse.Text(request.Path));

    [Theory]
    [InlineData("close x")]
    [InlineData("close;a")]
    [InlineData("\"close\"")]
    [InlineData("keep-alive, close x")]
    [InlineData("keep-alive\r\nConnection: a/b")]
    [InlineData("clos\u00E9")]
    public Task Refuses_a_member_that_is_no_token(string value) =>
    Paths.AssertRefusedAtLastByteAsync($"GET /a HTTP/1.1\r\nHost: a\r\nConnection: {value}\r\n", 400);

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public Task Caps_the_members_of_a_line(int count, bool accepted)
    {
        string head = $"GET /a HTTP/1.1\r\nHost: a\r\nConnection: {string.Join(", ,", Enumerable.Repeat("x", count))}\r\n";
        return accepted ? Paths.AssertServedAsync(head + "\r\n", "GET /a") : Paths.AssertRefusedAsync(head, 400);
    }

    [Theory]
    [InlineData(0, false)] // 0: whole
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(7, false)]
    [InlineData(1460, true)]
    [InlineData(65_536, false)]
    public async Task Answers_ten_thousand_pipelined_requests_in_order(int segmentLength, bool asynchronous)
    {
        var input = new StringBuilder();
        for (int i = 0; i < Many; i++) input.Append(CultureInfo.InvariantCulture, $"GET /{i} HTTP/1.1\r\nHost: a\r\n\r\n");
        int[] cuts =
            segmentLength == 0 ? [] : [.. Enumerable.Range(1, (input.Length - 1) / segmentLength).Select(i => i * segmentLength)];

        Outcome outcome = await Paths.ExchangeAsync(input.ToString(), new Segmentation("equal pieces", cuts, asynchronous));

        IReadOnlyList<WireResponse> responses = outcome.Responses();
        responses.Count.Should().Be(Many);
        for (int i = 0; i < Many; i++)
            if (responses[i].Status != 200 || !string.Equals(responses[i].ContentText, $"/{i}", StringComparison.Ordinal))
                Assert.Fail($"response {i} is {responses[i]}");
    }

    [Fact]
    public async Task Answers_pipelined_requests_with_content_in_order_whatever_the_segments()
    {
        var random = new Random(14);
        var input = new StringBuilder();
        var expected = new List<string>();
        for (int i = 0; i < 500; i++)
        {
            string content = new((char)('a' + (i % 26)), random.Next(0, 40));
            bool chunked = random.Next(2) == 0;
            string framing = chunked
                ? "Transfer-Encoding: chunked" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {content.Length}");
            string coded = !chunked ? content : content.Length == 0
                ? "0\r\n\r\n" : string.Create(CultureInfo.InvariantCulture, $"{content.Length:x}\r\n{content}\r\n0\r\n\r\n");
            input.Append(CultureInfo.InvariantCulture, $"POST /{i} HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n{coded}");
            expected.Add(content);
        }

        for (int round = 0; round < 50; round++)
        {
            int[] cuts = [.. Enumerable.Range(1, input.Length - 1).Where(_ => random.Next(1 + (round * 5)) == 0)];
            Outcome outcome = await Wire.Echo.ExchangeAsync(
                input.ToString(), new Segmentation("random pieces", cuts, round % 2 == 1));

            outcome.Responses().Select(response => response.ContentText).Should().Equal(expected);
        }
    }

    [Fact] // invariant: what one connection costs is bounded
    public async Task Reads_no_more_requests_while_the_peer_takes_no_responses()
    {
        var stream = new ScriptedStream().SetWindow(0);
        for (int i = 0; i < Many; i++) stream.Give(Wire.Probe);
        Connection connection = Wire.Default.Open(stream);

        await stream.WaitUntilHeldBackAsync();
        stream.BytesUnread.Should().BePositive();
        connection.Journal.Entries.Count.Should().BeLessThan(1000);
        stream.SetWindow(long.MaxValue);

        (await connection.FinishAsync()).Responses().Should().HaveCount(Many);
    }

    [Fact] // the answers to requests that came together leave together
    public async Task Sends_the_responses_to_pipelined_requests_in_one_write()
    {
        Outcome outcome = await Wire.Default.ExchangeAsync(string.Concat(Enumerable.Repeat(Wire.Probe, 16)));

        outcome.Responses().Should().HaveCount(16);
        outcome.Stream.WriteCount.Should().Be(1);
    }

    [Fact] // a client may wait for the first answer before it sends the content of the second request
    public async Task Sends_what_is_pending_before_it_waits_for_content_that_nobody_reads()
    {
        Connection connection = Wire.Ignoring.Open($"{Wire.Probe}POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");

        await connection.Stream.WaitUntilIdleAsync();
        WireResponse.ParseAll(connection.Stream.Output).Should().HaveCountGreaterThanOrEqualTo(1);
        connection.Stream.Give("abc");

        (await connection.FinishAsync()).Responses().Should().HaveCount(2);
    }

    [Theory]
    [InlineData("Connection: close\r\n")]
    [InlineData("Connection: Close\r\n")]
    [InlineData("Connection: CLOSE\r\n")]
    [InlineData("connection:close\r\n")]
    [InlineData("Connection:\t close \t\r\n")]
    [InlineData("Connection: keep-alive, close\r\n")]
    [InlineData("Connection: close, keep-alive\r\n")]
    [InlineData("Connection: foo,close\r\n")]
    [InlineData("Connection: foo , close , bar\r\n")]
    [InlineData("Connection: foo,\tclose\r\n")]
    [InlineData("Connection: , close\r\n")]
    [InlineData("Connection: close,\r\n")]
    [InlineData("Connection: keep-alive\r\nConnection: close\r\n")]
    [InlineData("Connection: close\r\nConnection: keep-alive\r\n")]
    [InlineData("Connection: foo\r\nX: y\r\nconnection: bar, cLoSe\r\n")]
    public async Task Answers_announces_the_close_and_handles_nothing_more(string lines)
    {
        Outcome outcome = await Paths.AssertEverySplitAsync(
            $"GET /a HTTP/1.1\r\nHost: a\r\n{lines}\r\n{Wire.Probe}", end: InputEnd.Wait);

        outcome.RequestLines.Should().Equal("GET /a");
        outcome.Response()["Connection"].Should().Be("close");
        outcome.Response().ContentText.Should().Be("/a");
        outcome.OutputBeforeFin.Should().Equal(outcome.Output, "the close does not wait for the peer");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Connection: keep-alive\r\n")]
    [InlineData("Connection: Keep-Alive\r\n")]
    [InlineData("Connection:\r\n")]
    [InlineData("Connection: foo\r\n")]
    [InlineData("Connection: closed\r\n")]
    [InlineData("Connection: xclose\r\n")]
    [InlineData("Connection: close-notify\r\n")]
    [InlineData("Connection: not-close, x-close\r\n")]
    [InlineData("Connection: clos\r\nConnection: e\r\n")]
    [InlineData("Keep-Alive: timeout=5\r\n")]
    [InlineData("Proxy-Connection: close\r\n")]
    [InlineData("X: close\r\n")]
    public async Task Keeps_the_connection_otherwise(string lines)
    {
        Outcome outcome = await Paths.AssertServedAsync($"GET /a HTTP/1.1\r\nHost: a\r\n{lines}\r\n", "GET /a");

        outcome.Responses()[0]["Connection"].Should().BeNull("HTTP/1.1 is persistent without a word");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Connection: close\r\n")]
    [InlineData("Connection: foo\r\n")]
    [InlineData("Connection: keep-alive, close\r\n")]
    [InlineData("Connection: close\r\nConnection: keep-alive\r\n")]
    [InlineData("Connection: keep-alives\r\n")]
    [InlineData("Keep-Alive: timeout=5\r\n")]
    public async Task Closes_after_a_response_to_HTTP_1_0(string lines)
    {
        Outcome outcome = await Paths.AssertEverySplitAsync($"GET /a HTTP/1.0\r\n{lines}\r\n{Wire.Probe}", end: InputEnd.Wait);

        outcome.RequestLines.Should().Equal("GET /a");
        outcome.Response()["Connection"].Should().Be("close");
        outcome.OutputBeforeFin.Should().Equal(outcome.Output);
    }

    [Theory]
    [InlineData("Connection: keep-alive\r\n")]
    [InlineData("Connection: Keep-Alive\r\n")]
    [InlineData("connection: KEEP-ALIVE\r\n")]
    [InlineData("Connection: foo, keep-alive\r\n")]
    [InlineData("Connection: foo\r\nConnection: keep-alive\r\n")]
    public async Task Keeps_a_connection_of_HTTP_1_0_that_asks_for_it_and_says_so(string lines)
    {
        Outcome outcome = await Paths.AssertServedAsync($"GET /a HTTP/1.0\r\n{lines}\r\n", "GET /a");

        outcome.Responses()[0]["Connection"].Should().Be("keep-alive");
    }

    [Fact] // RFC 9110 §7.8 adds the option of an Upgrade field to the others
    public async Task Announces_it_beside_an_Upgrade_field_of_the_handler()
    {
        var wire = new Wire(_ => HttpResponse.Text("x").With("Upgrade", "foo"));

        (await wire.ExchangeAsync("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")).Response()["Connection"]
            .Should().Contain("keep-alive");
        (await wire.ExchangeAsync("GET /a HTTP/1.0\r\n\r\n")).Response()["Connection"].Should().Contain("close");
    }

    [Fact]
    public async Task Decides_for_each_request_anew()
    {
        Outcome outcome = await Paths.AssertEverySplitAsync(
            "GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.0\r\n\r\n"
                + "GET /4 HTTP/1.1\r\nHost: a\r\n\r\n");

        outcome.RequestLines.Should().Equal("GET /1", "GET /2", "GET /3");
        outcome.Responses().Select(response => response["Connection"]).Should().Equal("keep-alive", null, "close");
    }
}
