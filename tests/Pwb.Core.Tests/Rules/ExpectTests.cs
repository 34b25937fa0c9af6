using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R16: expectations. RFC 9110 §10.1.1, §15.2.1.</summary>
public sealed class ExpectTests
{
    private const string Continue = "HTTP/1.1 100 Continue\r\n\r\n";
    private const string Start = "POST /a HTTP/1.1\r\nHost: a\r\n";

    [Theory]
    [InlineData("Expect: 100-continue\r\nContent-Length: 3\r\n", "abc")]
    [InlineData("Expect: 100-Continue\r\nContent-Length: 3\r\n", "abc")]
    [InlineData("EXPECT: 100-CONTINUE\r\nContent-Length: 3\r\n", "abc")]
    [InlineData("Expect:\t100-continue \r\nContent-Length: 3\r\n", "abc")]
    [InlineData("Content-Length: 3\r\nexpect: 100-continue\r\n", "abc")]
    [InlineData("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n")]
    public async Task Sends_100_before_it_waits_for_content(string lines, string content)
    {
        Connection connection = Wire.Echo.Open($"{Start}{lines}\r\n");

        await connection.Stream.WaitForOutputAsync(Continue);
        Latin1.Text(connection.Stream.Output).Should().Be(Continue);
        connection.Stream.Give(content).Give(Wire.Probe);

        IReadOnlyList<WireResponse> responses = (await connection.FinishAsync()).Responses();
        responses.Select(response => response.Status).Should().Equal(100, 200, 200);
        responses[1].ContentText.Should().Be("abc");
    }

    [Fact]
    public async Task Sends_100_once_however_the_content_comes()
    {
        Connection connection = Wire.Echo.Open($"{Start}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
        await connection.Stream.WaitForOutputAsync(Continue);
        foreach (char c in "abc")
        {
            await connection.Stream.WaitUntilIdleAsync();
            connection.Stream.Give(c.ToString());
        }

        IReadOnlyList<WireResponse> responses = (await connection.FinishAsync()).Responses();
        responses.Select(response => response.Status).Should().Equal(100, 200);
        responses[1].ContentText.Should().Be("abc");
    }

    [Fact]
    public async Task Sends_100_behind_the_responses_before_it()
    {
        Connection connection = Wire.Echo.Open($"{Wire.Probe}{Start}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
        await connection.Stream.WaitForOutputAsync(Continue);
        connection.Stream.Give("abc");

        (await connection.FinishAsync()).Responses().Select(response => response.Status).Should().Equal(200, 100, 200);
    }

    [Theory]
    [InlineData("Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")]
    public async Task Sends_no_100_when_the_content_has_arrived(string rest)
    {
        Outcome outcome = await Wire.Echo.ExchangeAsync(Start + rest + Wire.Probe);

        outcome.Responses().Select(response => response.Status).Should().Equal(200, 200);
        outcome.Responses()[0].ContentText.Should().Be("abc");
    }

    [Theory] // whether a 100 is sent depends on what has arrived; nothing else does
    [InlineData("Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")]
    public async Task Gives_the_same_final_responses_whatever_the_segments(string rest)
    {
        string input = Start + rest + Wire.Probe;
        foreach (Segmentation segmentation in Segmentation.All(input.Length))
        {
            Outcome outcome = await Wire.Echo.ExchangeAsync(input, segmentation);

            IReadOnlyList<WireResponse> responses = outcome.Responses();
            responses.Where(response => response.Status >= 200).Select(response => response.ContentText).Should().Equal(
                ["abc", ""], segmentation.Name);
            responses.Count(response => response.Status == 100).Should().BeLessThanOrEqualTo(1);
            outcome.RequestLines.Should().Equal("POST /a", "GET /probe");
        }
    }

    [Theory]
    [InlineData("Expect: 100-continue\r\n")]
    [InlineData("Expect: 100-continue\r\nContent-Length: 0\r\n")]
    public Task Sends_no_100_without_content(string lines) => Wire.Echo.AssertServedAsync($"{Start}{lines}\r\n", "POST /a");

    [Theory]
    [InlineData("Content-Length: 3\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n")]
    public async Task Answers_at_once_and_closes_when_the_handler_does_not_want_the_content(string framing)
    {
        Connection connection = Wire.Ignoring.Open($"{Start}Expect: 100-continue\r\n{framing}\r\n");
        await connection.Stream.WaitForOutputAsync("ignored");
        connection.Stream.Give("abc").Give(Wire.Probe);

        Outcome outcome = await connection.FinishAsync();
        outcome.Response().Status.Should().Be(200);
        outcome.Response().IsLast.Should().BeTrue("the peer may send the content or not, so nothing after is sure");
        outcome.RequestLines.Should().Equal("POST /a");
    }

    [Fact]
    public async Task Sends_100_or_the_head_before_a_body_that_is_pushed_waits_for_content()
    {
        var wire = new Wire(request => new HttpResponse(200, ResponseBody.Push(async (output, cancellationToken) =>
            await output.WriteAsync(await Wire.ReadAllAsync(request.Body, cancellationToken), cancellationToken))));
        Connection connection = wire.Open($"{Start}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");

        await connection.Stream.WaitUntilIdleAsync();
        connection.Stream.Output.Should().NotBeEmpty("the peer waits for 100 or a final status before it sends the content");
        connection.Stream.Give("abc");

        (await connection.FinishAsync()).Responses()[^1].ContentText.Should().Be("abc");
    }

    [Theory]
    [InlineData("foo")]
    [InlineData("100")]
    [InlineData("100-continu")]
    [InlineData("100-continued")]
    [InlineData("x100-continue")]
    [InlineData("\"100-continue\"")]
    [InlineData("100-continue=1")]
    [InlineData("100-continue, foo")]
    [InlineData("foo, 100-continue")]
    [InlineData("200-ok")]
    public async Task Answers_417_to_another_expectation_when_the_head_is_complete(string value)
    {
        await Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}Expect: {value}\r\nContent-Length: 3\r\n\r\n", 417);
        await Wire.Echo.AssertRefusedAtLastByteAsync($"GET /a HTTP/1.1\r\nHost: a\r\nExpect: {value}\r\n\r\n", 417);
        await Wire.Echo.AssertRefusedAtLastByteAsync(
            $"GET /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nExpect: {value}\r\n\r\n", 417);
    }

    [Theory]
    [InlineData("100-continue")]
    [InlineData("foo")]
    public async Task Is_ignored_in_HTTP_1_0(string value)
    {
        string head = $"POST /a HTTP/1.0\r\nConnection: keep-alive\r\nExpect: {value}\r\nContent-Length: 3\r\n\r\n";
        await Wire.Echo.AssertServedAsync(head + "abc", "POST /a");

        Connection connection = Wire.Echo.Open(head);
        await connection.Stream.WaitUntilIdleAsync();
        connection.Stream.Output.Should().BeEmpty("a 1.0 client does not know 1xx");
        connection.Stream.Give("abc");
        (await connection.FinishAsync()).Response().ContentText.Should().Be("abc");
    }

    [Theory] // a final status instead of 100
    [InlineData("Content-Length: 30000001\r\nExpect: 100-continue\r\n\r\n", 413)]
    [InlineData("Transfer-Encoding: gzip, chunked\r\nExpect: 100-continue\r\n\r\n", 501)]
    [InlineData("Expect: 100-continue\r\nContent-Length: x\r\n", 400)]
    public Task Never_invites_content_that_is_refused(string rest, int status) =>
    Wire.Echo.AssertRefusedAtLastByteAsync(Start + rest, status);
}
