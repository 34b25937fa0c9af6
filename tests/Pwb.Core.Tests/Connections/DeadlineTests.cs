using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Connections;

/// <summary>
/// Every wait for a client has a deadline. The clock is the test's; a deadline is due up to one heartbeat late, never early.
/// </summary>
public sealed class DeadlineTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);
    private static readonly PwbServerLimits Limits = PwbServerLimits.Default;

    [Fact]
    public async Task A_connection_that_never_sends_a_byte_is_closed_without_an_answer()
    {
        var wire = new Wire(new FixedResponseHandler());
        Connection connection = wire.Open();
        await connection.Stream.WaitUntilIdleAsync();

        Pass(wire, Limits.FirstByteTimeout);
        connection.IsEnded.Should().BeFalse();
        Pass(wire, Heartbeat);
        (await connection.EndAsync()).Output.Should().BeEmpty();
    }

    [Fact]
    public async Task An_idle_connection_is_closed_without_an_answer()
    {
        var wire = new Wire(new FixedResponseHandler());
        Connection connection = wire.Open(Get);
        await connection.Stream.WaitUntilIdleAsync();

        Pass(wire, Limits.KeepAliveTimeout);
        connection.IsEnded.Should().BeFalse();
        Pass(wire, Heartbeat);
        (await connection.EndAsync()).Response().Status.Should().Be(200);
    }

    [Theory]
    [InlineData("G")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: y")]
    public async Task A_head_that_takes_too_long_gets_408(string start)
    {
        var wire = new Wire(new FixedResponseHandler());
        Connection connection = wire.Open(start);
        await connection.Stream.WaitUntilIdleAsync();

        Pass(wire, Limits.RequestHeadTimeout);
        connection.IsEnded.Should().BeFalse();
        Pass(wire, Heartbeat);
        WireResponse response = (await connection.EndAsync()).Response();
        response.Status.Should().Be(408);
        response["Connection"].Should().Be("close");
    }

    [Fact]
    public async Task Sending_a_byte_now_and_then_does_not_extend_the_time_for_a_head()
    {
        var wire = new Wire(new FixedResponseHandler());
        Connection connection = wire.Open("GET / HTTP/1.1\r\n");
        for (int second = 0; second < Limits.RequestHeadTimeout.TotalSeconds; second++)
        {
            await connection.Stream.WaitUntilIdleAsync();
            Pass(wire, TimeSpan.FromSeconds(1));
            connection.Stream.Give("X");
        }

        await connection.Stream.WaitUntilIdleAsync();
        Pass(wire, Heartbeat);
        (await connection.EndAsync()).Response().Status.Should().Be(408);
    }

    [Fact]
    public async Task A_second_head_has_its_own_time()
    {
        var wire = new Wire(new FixedResponseHandler());
        Connection connection = wire.Open("GET / HT");
        await connection.Stream.WaitUntilIdleAsync();
        Pass(wire, TimeSpan.FromSeconds(20));
        connection.Stream.Give("TP/1.1\r\nHost: a\r\n\r\nGET / HT");
        await connection.Stream.WaitUntilIdleAsync();
        Pass(wire, TimeSpan.FromSeconds(20));
        connection.Stream.Give("TP/1.1\r\nHost: a\r\n\r\n");
        (await connection.FinishAsync()).Responses().Should().HaveCount(2).And.OnlyContain(response => response.Status == 200);
    }

    [Fact]
    public async Task Content_that_stops_gets_408()
    {
        var wire = new Wire(Wire.EchoAsync);
        Connection connection = wire.Open("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
        await connection.Stream.WaitUntilIdleAsync();

        Pass(wire, Limits.ContentRateGracePeriod);
        connection.IsEnded.Should().BeFalse();
        Pass(wire, Heartbeat);
        (await connection.EndAsync()).Response().Status.Should().Be(408);
    }

    [Theory]
    [InlineData(240, true)]
    [InlineData(1, false)]
    public async Task Content_may_be_slow_but_not_too_slow(int bytesPerSecond, bool isServed)
    {
        const int seconds = 60;
        var wire = new Wire(Wire.EchoAsync);
        int length = seconds * bytesPerSecond;
        Connection connection = wire.Open($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
        for (int second = 0; second < seconds && !connection.IsEnded; second++)
        {
            await connection.Stream.WaitUntilIdleAsync();
            Pass(wire, TimeSpan.FromSeconds(1));
            connection.Stream.Give(new string('x', bytesPerSecond));
        }

        WireResponse response = (await connection.FinishAsync()).Response();
        response.Status.Should().Be(isServed ? 200 : 408);
    }

    [Fact]
    public async Task The_time_that_a_handler_takes_is_not_the_clients()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wire = new Wire(async (request, cancellationToken) =>
        {
            entered.SetResult();
            await release.Task;
            return await Wire.EchoAsync(request, cancellationToken);
        });
        Connection connection = wire.Open("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
        await entered.Task;
        Pass(wire, TimeSpan.FromHours(1));
        release.SetResult();
        await connection.Stream.WaitUntilIdleAsync();
        connection.Stream.Give("67890");
        (await connection.FinishAsync()).Response().Status.Should().Be(200);
    }

    [Fact]
    public async Task Unread_content_that_stops_is_not_waited_for_and_the_response_goes_out()
    {
        var wire = new Wire(_ => HttpResponse.Text("ignored"));
        Connection connection = wire.Open("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
        await connection.Stream.WaitUntilIdleAsync();

        Pass(wire, Limits.DrainTimeout);
        connection.IsEnded.Should().BeFalse();
        Pass(wire, Heartbeat);
        WireResponse response = (await connection.EndAsync()).Response();
        response.Status.Should().Be(200);
        response["Connection"].Should().Be("close");
    }

    [Fact]
    public async Task A_client_that_does_not_take_the_response_is_cut_off()
    {
        var wire = new Wire(_ => HttpResponse.Text(new string('x', 100_000)));
        Connection connection = wire.Open();
        connection.Stream.SetWindow(1000);
        connection.Stream.Give(Get);
        await connection.Stream.WaitUntilHeldBackAsync();

        Pass(wire, Limits.ResponseTimeout);
        connection.IsEnded.Should().BeFalse();
        Pass(wire, Heartbeat);
        (await connection.EndAsync()).Output.Should().HaveCount(1000);
    }

    [Fact]
    public async Task A_client_that_stops_at_any_byte_of_an_exchange_is_gone_in_time()
    {
        const string exchange = "\r\nPOST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5;x=\"y\"\r\nhello\r\n0\r\nT: v\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
        for (int sent = 0; sent <= exchange.Length; sent++)
        {
            var wire = new Wire(Wire.EchoAsync);
            Connection connection = wire.Open(exchange[..sent]);
            await connection.Stream.WaitUntilIdleAsync();
            Pass(wire, Limits.KeepAliveTimeout + Heartbeat);
            await connection.EndAsync();
        }
    }

    [Fact]
    public async Task A_client_that_stops_reading_at_any_byte_of_an_exchange_is_gone_in_time()
    {
        for (int window = 0; window <= 300; window++)
        {
            var wire = new Wire(Wire.EchoAsync);
            Connection connection = wire.Open();
            connection.Stream.SetWindow(window);
            connection.Stream.Give("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            await WaitUntilStuckAsync(connection.Stream);
            connection.Stream.Give("hello");
            await WaitUntilStuckAsync(connection.Stream);
            Pass(wire, Limits.KeepAliveTimeout + Heartbeat);
            await connection.EndAsync();
        }
    }

    private static async Task WaitUntilStuckAsync(ScriptedStream stream) =>
        await await Task.WhenAny(stream.WaitUntilIdleAsync(), stream.WaitUntilHeldBackAsync());

    private static void Pass(Wire wire, TimeSpan time)
    {
        wire.Clock.Advance(time);
        wire.Server.Tick();
    }
}
