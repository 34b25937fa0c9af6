using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <content>Connections that end, or wait, between requests and inside.</content>
public sealed partial class ConnectionTests
{
    [Theory]
    [InlineData("")]
    [InlineData("\r\n")]
    public async Task Says_nothing_when_the_peer_ends_before_a_request(string input)
    {
        Outcome first = await Paths.AssertEverySplitAsync(input);
        Outcome second = await Paths.AssertEverySplitAsync("GET /a HTTP/1.1\r\nHost: a\r\n\r\n" + input);

        first.Output.Should().BeEmpty();
        second.Response().Status.Should().Be(200);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\r\n")]
    [InlineData("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task Answers_400_when_the_peer_ends_inside_a_head(string before)
    {
        const string Head = "GET /a?b HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
        for (int length = 1; length < Head.Length; length++)
        {
            Outcome outcome = await Paths.AssertEverySplitAsync(before + Head[..length]);

            outcome.Responses()[^1].Status.Should().Be(400, "the head ends after {0} bytes", length);
            outcome.Responses()[^1].IsLast.Should().BeTrue();
            outcome.Requests.Should().HaveCount(before.Length > 2 ? 1 : 0);
        }
    }

    [Fact] // a FIN ends the requests; it is no abort
    public async Task Sends_a_response_whole_after_the_peer_has_ended()
    {
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wire = new Wire(async (request, cancellationToken) =>
        {
            await finished.Task.WaitAsync(cancellationToken);
            return HttpResponse.Text(request.Path);
        });
        Connection connection = wire.Open("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");

        connection.Stream.EndInput();
        finished.SetResult();

        (await connection.EndAsync()).Responses().Select(response => response.ContentText).Should().Equal("/a", "/b");
    }

    [Fact]
    public async Task Waits_silently_between_requests()
    {
        Connection connection = Paths.Open();
        for (int i = 0; i < 5; i++)
        {
            await connection.Stream.WaitUntilIdleAsync();
            WireResponse.ParseAll(connection.Stream.Output).Should().HaveCount(i);
            connection.Stream.Give("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
            await connection.Stream.WaitForOutputAsync(output => output.Split("HTTP/1.1 200").Length == i + 2);
        }

        (await connection.FinishAsync()).Responses().Should().HaveCount(5);
    }

    [Theory] // the peer resets the connection at every byte of an exchange: no fault leaves the server
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")]
    public async Task Survives_a_reset_at_every_byte(string input)
    {
        byte[] whole = (await Wire.Echo.ExchangeAsync(input)).Output;
        for (int offset = 0; offset <= input.Length; offset++)
        {
            Connection connection = Wire.Echo.Open(new ScriptedStream().FailReadsAt(offset), input);
            byte[] output = (await connection.EndAsync()).Output;
            output.Should().Equal(offset == input.Length ? whole : [], "the reset came at byte {0} of the request", offset);
        }

        for (int offset = 0; offset < whole.Length; offset++)
        {
            Connection connection = Wire.Echo.Open(new ScriptedStream().FailWritesAt(offset), input + Wire.Probe);
            (await connection.FinishAsync()).Output.Should().Equal(whole[..offset]);
        }
    }

    [Fact]
    public async Task Serves_many_connections_of_one_server_at_once()
    {
        Connection[] connections = [.. Enumerable.Range(0, 200).Select(i => Paths.Open($"GET /{i} HTTP/1.1\r\nHo"))];
        foreach (Connection connection in connections) connection.Stream.Give("st: a\r\n\r\n");

        for (int i = 0; i < connections.Length; i++)
            (await connections[i].FinishAsync()).Response().ContentText.Should().Be($"/{i}");
    }
}
