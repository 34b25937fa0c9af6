using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Connections;

/// <summary>Nothing that a body has written waits in a buffer while the body waits itself (D3).</summary>
public sealed class PromptnessTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [Fact]
    public async Task What_a_stream_has_given_goes_out_before_its_next_read_waits()
    {
        using var source = new ScriptedStream();
        source.Give("first");
        Connection connection = new Wire(_ => new HttpResponse(200, ResponseBody.From(source))).Open(Get);
        await connection.Stream.WaitForOutputAsync("\r\n5\r\nfirst\r\n");
        source.Give("second").EndInput();
        await connection.Stream.WaitForOutputAsync("\r\n6\r\nsecond\r\n0\r\n\r\n");
        await connection.FinishAsync();
    }

    [Fact]
    public async Task What_a_body_has_written_goes_out_when_it_falls_silent_without_a_flush()
    {
        using var source = new ScriptedStream();
        source.Give("first");
        await using PwbServer server = new(
            RequestHandler.From(
                _ => new HttpResponse(
                    200, ResponseBody.Push((output, token) => new ValueTask(source.CopyToAsync(output, token))))));
        Connection connection = Open(server, new ScriptedStream());
        await connection.Stream.WaitForOutputAsync("\r\n5\r\nfirst\r\n");
        source.Give("second");
        await connection.Stream.WaitForOutputAsync("\r\n6\r\nsecond\r\n");
        source.Give("third").EndInput();
        await connection.Stream.WaitForOutputAsync("\r\n5\r\nthird\r\n0\r\n\r\n");
        await connection.FinishAsync();
    }

    [Fact]
    public async Task Writes_that_follow_at_once_share_a_send()
    {
        Connection connection = new Wire(_ => new HttpResponse(200, ResponseBody.Push(async (output, token) =>
        {
            for (int i = 0; i < 100; i++) await output.WriteAsync("x"u8.ToArray(), token);
        }))).Open(Get);
        await connection.Stream.WaitForOutputAsync("0\r\n\r\n");
        connection.Stream.WriteCount.Should().BeLessThan(20);
        await connection.FinishAsync();
    }

    [Fact]
    public async Task Each_write_of_an_event_stream_is_sent_at_once()
    {
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int writes = 0;
        ScriptedStream stream = new();
        Connection connection = new Wire(_ => new HttpResponse(
            200,
            ResponseBody.Push(async (output, token) =>
            {
                await output.WriteAsync("data: 1\n\n"u8.ToArray(), token);
                writes = stream.WriteCount;
                written.SetResult();
            }),
            ("Content-Type", "text/event-stream; charset=utf-8"))).Open(stream, Get);
        await written.Task.WaitAsync(Wire.SafetyTimeout);
        writes.Should().Be(1);
        await connection.FinishAsync();
    }

    [Fact]
    public async Task A_write_that_meets_the_servers_own_flush_waits_for_it()
    {
        ScriptedStream stream = new();
        stream.SetWindow(10);
        TaskCompletionSource silent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = new(
            RequestHandler.From(_ => new HttpResponse(200, ResponseBody.Push(async (output, token) =>
            {
                await output.WriteAsync("first"u8.ToArray(), token);
                await silent.Task;
                await output.WriteAsync("second"u8.ToArray(), token);
            }))));
        Connection connection = Open(server, stream);
        await stream.WaitUntilHeldBackAsync(); // by a flush that nobody has asked for
        silent.SetResult();
        stream.SetWindow(long.MaxValue / 2);
        await stream.WaitForOutputAsync("6\r\nsecond\r\n0\r\n\r\n");
        await connection.FinishAsync();
    }

    // By the system's clock: silence is real.
    private static Connection Open(PwbServer server, ScriptedStream stream)
    {
        stream.Give(Get);
        return new Connection(stream, new Journal(), server.ServeAsync(stream));
    }
}
