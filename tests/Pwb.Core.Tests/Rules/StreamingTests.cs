using System.Globalization;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R13, R14 and R19: content that moves while the other side is still speaking.</summary>
public sealed class StreamingTests
{
    private const string Get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

    // Answers with the content of the request, as it comes.
    private static readonly Wire StreamingEcho = new(
        request => new HttpResponse(200, ResponseBody.Push(async (output, cancellationToken) =>
        {
            Stream body = request.Body;
            byte[] buffer = new byte[100];
            int count;
            while ((count = await body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                await output.FlushAsync(cancellationToken);
            }
        })));

    [Theory]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", null, "3\r\n{0}\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", 30L, "{0}")]
    [InlineData("GET /a HTTP/1.0\r\n\r\n", null, "{0}")]
    public async Task Each_flush_is_on_the_wire_at_once(string request, long? length, string onTheWire)
    {
        var steps = Enumerable.Range(0, 10)
            .Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var wire = new Wire(_ => new HttpResponse(200, ResponseBody.Push(
            async (output, cancellationToken) =>
            {
                await output.FlushAsync(cancellationToken); // the head, before there is any content
                for (int i = 0; i < steps.Length; i++)
                {
                    await steps[i].Task.WaitAsync(cancellationToken);
                    await output.WriteAsync(Latin1.Bytes($"e{i};"), cancellationToken);
                    await output.FlushAsync(cancellationToken);
                }
            },
            length)));
        Connection connection = wire.Open(request);

        await connection.Stream.WaitForOutputAsync("\r\n\r\n");
        for (int i = 0; i < steps.Length; i++)
        {
            steps[i].SetResult();
            string expected = string.Format(CultureInfo.InvariantCulture, onTheWire, $"e{i};");
            await connection.Stream.WaitForOutputAsync(output => output.Contains(expected, StringComparison.Ordinal));
        }

        WireResponse response = (await connection.FinishAsync()).Response();
        response.ContentText.Should().Be("e0;e1;e2;e3;e4;e5;e6;e7;e8;e9;");
        if (response.Framing == ResponseFraming.Chunked) response.ChunkSizes.Should().Equal([.. Enumerable.Repeat(3, 10), 0]);
    }

    [Fact]
    public async Task Small_writes_without_a_flush_are_gathered()
    {
        var wire = new Wire(_ => new HttpResponse(200, ResponseBody.Push(async (output, cancellationToken) =>
        {
            for (int i = 0; i < 1000; i++) await output.WriteAsync("x"u8.ToArray(), cancellationToken);
        })));

        Outcome outcome = await wire.ExchangeAsync(Get);

        outcome.Response().Content.Should().HaveCount(1000);
        outcome.Stream.WriteCount.Should().BeLessThan(5);
    }

    [Fact]
    public async Task An_empty_write_does_not_end_the_content()
    {
        var wire = new Wire(_ => new HttpResponse(200, ResponseBody.Push(async (output, cancellationToken) =>
        {
            await output.WriteAsync(ReadOnlyMemory<byte>.Empty, cancellationToken);
            await output.FlushAsync(cancellationToken);
            await output.WriteAsync("a"u8.ToArray(), cancellationToken);
            await output.WriteAsync(ReadOnlyMemory<byte>.Empty, cancellationToken);
            await output.FlushAsync(cancellationToken);
            await output.WriteAsync("b"u8.ToArray(), cancellationToken);
        })));

        Outcome outcome = await wire.ExchangeAsync(Get + Wire.Probe);

        outcome.Responses().Should().HaveCount(2).And.OnlyContain(response => response.ContentText == "ab");
    }

    [Theory]
    [InlineData("Content-Length: 9\r\n", "{0}", "")]
    [InlineData("Transfer-Encoding: chunked\r\n", "3\r\n{0}\r\n", "0\r\n\r\n")]
    public async Task Content_is_read_in_pieces_while_the_response_streams(string framing, string piece, string end)
    {
        Connection connection = StreamingEcho.Open($"POST /a HTTP/1.1\r\nHost: a\r\n{framing}\r\n");
        foreach (string text in (string[])["one", "two", "six"])
        {
            connection.Stream.Give(string.Format(CultureInfo.InvariantCulture, piece, text));
            await connection.Stream.WaitForOutputAsync(output => output.Contains($"3\r\n{text}\r\n", StringComparison.Ordinal));
        }

        connection.Stream.Give(end + "POST /b HTTP/1.1\r\nHost: a\r\n\r\n");

        Outcome outcome = await connection.FinishAsync();
        outcome.Responses().Select(response => response.ContentText).Should().Equal("onetwosix", "");
        outcome.RequestLines.Should().Equal("POST /a", "POST /b");
    }

    [Theory]
    [InlineData("Content-Length: 11\r\n\r\nhello world")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nT: v\r\n\r\n")]
    public async Task A_streaming_echo_gives_the_content_whatever_the_segments(string rest)
    {
        string input = $"POST /a HTTP/1.1\r\nHost: a\r\n{rest}{Wire.Probe}";
        foreach (Segmentation segmentation in Segmentation.All(input.Length))
        {
            Outcome outcome = await StreamingEcho.ExchangeAsync(input, segmentation);

            outcome.Responses().Select(response => response.ContentText).Should().Equal(["hello world", ""], segmentation.Name);
            outcome.RequestLines.Should().Equal("POST /a", "GET /probe");
        }
    }

    [Theory] // the head is out, so there is no status left to tell it
    [InlineData("Content-Length: 9\r\n\r\nabc", "")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "x")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "0\n\r\n")]
    public async Task A_response_that_streams_bad_or_incomplete_content_is_cut(string good, string bad)
    {
        Connection connection = StreamingEcho.Open($"POST /a HTTP/1.1\r\nHost: a\r\n{good}");
        await connection.Stream.WaitForOutputAsync("abc\r\n");
        connection.Stream.Give(bad.Length == 0 ? "" : bad + Wire.Probe);

        Outcome outcome = await connection.FinishAsync();

        WireResponse.ParseAll(outcome.Output).Should().ContainSingle().Which.IsComplete.Should().BeFalse();
        outcome.RequestLines.Should().Equal("POST /a");
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(3, 2)]
    [InlineData(100, 1)]
    public async Task Content_is_read_into_buffers_of_any_size_and_ends_for_good(int bufferLength, int leaveUnread)
    {
        var wire = new Wire(async (request, cancellationToken) =>
        {
            byte[] buffer = new byte[bufferLength];
            var content = new MemoryStream();
            (await request.Body.ReadAsync(Memory<byte>.Empty, cancellationToken)).Should().Be(0);
            while (content.Length < 10 - leaveUnread)
            {
                int count = await request.Body.ReadAsync(
                    buffer.AsMemory(0, (int)Math.Min(bufferLength, 10 - leaveUnread - content.Length)), cancellationToken);
                count.Should().BePositive();
                await content.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }

            for (int i = 0; i < 3 && leaveUnread == 0; i++)
                (await request.Body.ReadAsync(buffer, cancellationToken)).Should().Be(0);
            return HttpResponse.Bytes(content.ToArray());
        });
        string expected = "0123456789"[..(10 - leaveUnread)];
        foreach (string rest in (string[])[
            "Content-Length: 10\r\n\r\n0123456789", "Transfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n"])
        {
            string request = $"POST /a HTTP/1.1\r\nHost: a\r\n{rest}";
            Outcome outcome = await wire.AssertEverySplitAsync(request + request);

            outcome.Responses().Select(response => response.ContentText).Should().Equal(expected, expected);
        }
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\n0123456789", true)]
    [InlineData("Content-Length: 11\r\n\r\n0123456789x", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n", true)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n", false)]
    public async Task Unread_content_is_drained_up_to_the_limit_and_never_parsed(string rest, bool kept)
    {
        var options = new PwbServerOptions { Limits = new PwbServerLimits { MaxDrainedContentLength = 10 } };
        var wire = new Wire(_ => HttpResponse.Text("ignored"), options);

        Outcome outcome = await wire.AssertEverySplitAsync($"POST /a HTTP/1.1\r\nHost: a\r\n{rest}{Wire.Probe}");

        outcome.Responses()[0].ContentText.Should().Be("ignored");
        outcome.Responses()[0].IsLast.Should().Be(!kept);
        outcome.RequestLines.Should().Equal(kept ? ["POST /a", "GET /probe"] : ["POST /a"]);
    }

    [Fact]
    public async Task Content_above_the_limit_is_not_waited_for()
    {
        Connection connection = Wire.Ignoring.Open("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 262145\r\n\r\n");

        await connection.Stream.WaitForOutputAsync("ignored");

        (await connection.FinishAsync()).Response().IsLast.Should().BeTrue();
    }

    [Fact]
    public async Task A_body_that_was_kept_gives_nothing_after_the_response()
    {
        Stream? kept = null;
        var wire = new Wire(request =>
        {
            kept = request.Body;
            return HttpResponse.Text("ok");
        });
        Connection connection = wire.Open("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        await connection.Stream.WaitForOutputAsync("ok");
        await connection.Stream.WaitUntilIdleAsync();

        int count = 0;
        Func<Task> read = async () => count = await kept!.ReadAsync(new byte[10]);
        Exception? refused = await Record.ExceptionAsync(read);

        (refused is not null || count == 0).Should().BeTrue();
        connection.Stream.Give(Wire.Probe);
        (await connection.FinishAsync()).Responses().Should().HaveCount(2);
    }

    [Fact]
    public async Task An_output_that_was_kept_takes_nothing_after_the_response()
    {
        Stream? kept = null;
        var wire = new Wire(_ => new HttpResponse(200, ResponseBody.Push((output, _) =>
        {
            kept = output;
            return ValueTask.CompletedTask;
        })));
        Connection connection = wire.Open(Get);
        await connection.Stream.WaitForOutputAsync("0\r\n\r\n");
        await connection.Stream.WaitUntilIdleAsync();

        Func<Task> write = async () =>
        {
            await kept!.WriteAsync("late"u8.ToArray());
            await kept.FlushAsync();
        };
        await Record.ExceptionAsync(write);

        Outcome outcome = await connection.FinishAsync();
        outcome.Response().Content.Should().BeEmpty();
        outcome.Text.Should().NotContain("late");
    }

    [Fact]
    public async Task A_pushing_body_is_stopped_by_a_slow_peer_and_goes_on_with_it()
    {
        long written = 0;
        var wire = new Wire(_ => new HttpResponse(200, ResponseBody.Push(
            async (output, cancellationToken) =>
            {
                byte[] block = new byte[1000];
                for (int i = 0; i < 4000; i++, written += block.Length) await output.WriteAsync(block, cancellationToken);
            },
            4_000_000)));
        Connection connection = wire.Open(new ScriptedStream().SetWindow(100), Get);

        await connection.Stream.WaitUntilHeldBackAsync();
        Volatile.Read(ref written).Should().BeLessThan(256 * 1024, "no more is held than the buffers");
        connection.Stream.SetWindow(long.MaxValue);

        (await connection.FinishAsync()).Response().Content.Should().HaveCount(4_000_000);
    }

    [Fact]
    public async Task A_pushing_body_ends_when_the_peer_resets()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wire = new Wire(_ => new HttpResponse(200, ResponseBody.Push(async (output, cancellationToken) =>
        {
            try
            {
                while (true)
                {
                    await output.WriteAsync(new byte[100], cancellationToken);
                    await output.FlushAsync(cancellationToken);
                }
            }
            finally
            {
                ended.SetResult();
            }
        })));

        Outcome outcome = await wire.Open(new ScriptedStream().FailWritesAt(10_000), Get).FinishAsync();

        await ended.Task.WaitAsync(Wire.SafetyTimeout);
        outcome.Output.Should().HaveCount(10_000);
    }
}
