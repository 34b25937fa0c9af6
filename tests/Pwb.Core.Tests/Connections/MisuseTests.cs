using Pwb.StaticFiles;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Connections;

/// <summary>
/// User code that uses its two streams twice at once, too late, or without awaiting them: it hears of it, and nobody else does.
/// </summary>
public sealed class MisuseTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Evil = "GET /evil HTTP/1.1\r\nHost: a\r\n\r\n";

    private static readonly byte[] Large = new byte[100_000];

    public static TheoryData<string> Operations => new("a write", "a small write", "a flush", "a synchronous write");

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_second_operation_on_the_output_throws_at_its_own_line_and_the_response_is_aborted(string second)
    {
        Exception? thrown = null;
        TaskCompletionSource hasTried = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var wire = new Wire(_ => Pushing(async output =>
        {
            Task first = output.WriteAsync(Large).AsTask(); // waits, since the client takes nothing
            try
            {
                await DoAsync(output, second);
            }
            catch (Exception exception)
            {
                thrown = exception;
            }

            hasTried.SetResult();
            await first;
        }));
        Connection connection = wire.Open(new ScriptedStream().SetWindow(10), Get, Evil);
        await hasTried.Task.WaitAsync(Wire.SafetyTimeout);
        connection.Stream.SetWindow(long.MaxValue);
        Outcome outcome = await connection.EndAsync();

        thrown.Should().BeOfType<InvalidOperationException>();
        WireResponse.ParseAll(outcome.Output)[0].IsComplete.Should().BeFalse(
            "a body that swallows the exception has not written what it meant to");
        outcome.RequestLines.Should().Equal("GET /");
    }

    [Fact]
    public async Task A_body_that_ends_while_it_writes_aborts_its_response()
    {
        var wire = new Wire(_ => Pushing(output =>
        {
            Task late = output.WriteAsync(Large).AsTask();
            return late.IsCompleted ? throw new InvalidOperationException("It was to wait.") : default(ValueTask);
        }));
        Connection connection = wire.Open(new ScriptedStream().SetWindow(10), Get, Evil);
        Outcome outcome = await connection.EndAsync();
        outcome.Output.Should().HaveCount(10);
        outcome.RequestLines.Should().Equal("GET /");
    }

    [Fact]
    public async Task An_array_that_a_late_write_may_still_use_never_goes_back_to_its_pool()
    {
        using PoolWatch pool = new();
        HoldingStream stream = new(Latin1.Bytes(Get));
        Task? flush = null;
        await using PwbServer server = new(RequestHandler.From(_ => new HttpResponse(200, new LateBody(
            async output =>
            {
                await output.WriteAsync("x"u8.ToArray());
                flush = output.FlushAsync();
            },
            async () =>
            {
                stream.LetWritesGo(); // only now, when the response has been given up, does the write end well
                await flush!;
            }))));
        await server.ServeAsync(stream).WaitAsync(Wire.SafetyTimeout);
        stream.WrittenMemory.Length.Should().BePositive();
        pool.WasReturned(stream.WrittenMemory).Should().BeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_that_fails_after_its_body_has_ended_says_so_whatever_it_failed_by(bool isFlush)
    {
        HoldingStream stream = new(Latin1.Bytes(Get));
        Task? write = null;
        await using PwbServer server = new(RequestHandler.From(_ => new HttpResponse(200, new LateBody(
            async output =>
            {
                if (isFlush) await output.WriteAsync("x"u8.ToArray());
                write = isFlush ? output.FlushAsync() : output.WriteAsync(Large).AsTask();
            },
            () =>
            {
                stream.LetWritesFail(new FormatException("Destination is too short."));
                return default;
            }))));
        await server.ServeAsync(stream).WaitAsync(Wire.SafetyTimeout);
        await write!.Awaiting(task => task.WaitAsync(Wire.SafetyTimeout)).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task An_array_that_a_late_read_may_still_use_never_goes_back_to_its_pool()
    {
        using PoolWatch pool = new();
        HoldingStream stream = new(Latin1.Bytes("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
        Task<int>? read = null;
        await using PwbServer server = new(RequestHandler.From(request =>
        {
            read = request.Body.ReadAsync(new byte[10]).AsTask(); // of framing first, so into the connection's own buffer
            return new HttpResponse(200, new LateBody(_ => default, async () =>
            {
                stream.LetReadsGo(5);
                await read.ContinueWith(_ => { }, TaskScheduler.Default);
            }));
        }));
        await server.ServeAsync(stream).WaitAsync(Wire.SafetyTimeout);
        stream.ReadMemory.Length.Should().BePositive();
        pool.WasReturned(stream.ReadMemory).Should().BeFalse();
        await read!.Invoking(task => task).Should().ThrowAsync<ObjectDisposedException>("what it received is nobody's any more");
    }

    [Fact]
    public async Task A_read_that_outlives_its_stream_keeps_its_array()
    {
        using PoolWatch pool = new();
        HoldingStream stream = new(Latin1.Bytes("GET / HTT"));
        await using PwbServer server = new();
        using CancellationTokenSource abort = new();
        Task serving = server.ServeAsync(stream, null, abort.Token);
        await abort.CancelAsync();
        await stream.Disposed.WaitAsync(Wire.SafetyTimeout);
        if (stream.ReadMemory.Length > 0) pool.WasReturned(stream.ReadMemory).Should().BeFalse();
        stream.LetReadsGo(0);
        await serving.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task A_piece_of_a_file_that_a_failed_write_may_still_hold_never_goes_back_to_its_pool()
    {
        using PoolWatch pool = new();
        KeepingStream output = new();
        FileBody body = new(new MemoryStream(new byte[100]), 0, 100);
        await body.Invoking(it => it.WriteToAsync(output, CancellationToken.None).AsTask()).Should().ThrowAsync<IOException>();
        pool.WasReturned(output.Kept).Should().BeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_task_of_either_stream_may_be_awaited_twice(bool ofOutput)
    {
        int awaited = 0;
        var wire = new Wire(async (request, _) =>
        {
            if (ofOutput)
            {
                return Pushing(async output =>
                {
                    ValueTask write = output.WriteAsync(Large);
                    await write;
#pragma warning disable CA2012 // the subject
                    await write;
#pragma warning restore CA2012
                    awaited++;
                });
            }

            ValueTask<int> read = request.Body.ReadAsync(new byte[10]);
            (await read).Should().Be(2);
#pragma warning disable CA2012
            (await read).Should().Be(2);
#pragma warning restore CA2012
            awaited++;
            return HttpResponse.Text("read");
        });
        Connection connection = wire.Open(
            new ScriptedStream { AlwaysAsynchronous = true },
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n");
        await Task.Yield();
        connection.Stream.Give("ab");
        (await connection.FinishAsync()).Response("POST").Status.Should().Be(200);
        awaited.Should().Be(1);
    }

    [Fact]
    public async Task A_second_read_of_the_content_throws_at_its_own_line_and_the_first_goes_on()
    {
        TaskCompletionSource isReading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var wire = new Wire(async (request, cancellationToken) =>
        {
            Task<int> first = request.Body.ReadAsync(new byte[10], cancellationToken).AsTask();
            await request.Body.Invoking(body => body.ReadAsync(new byte[10], cancellationToken).AsTask())
                .Should().ThrowAsync<InvalidOperationException>();
            isReading.SetResult();
            return HttpResponse.Text($"{await first}");
        });
        Connection connection = wire.Open("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
        await isReading.Task.WaitAsync(Wire.SafetyTimeout);
        connection.Stream.Give("abc");
        (await connection.FinishAsync()).Response("POST").ContentText.Should().Be("3");
    }

    [Theory]
    [InlineData("", "memory")]
    [InlineData("", "push")]
    [InlineData("", "throw")]
    [InlineData("Expect: 100-continue\r\n", "memory")]
    [InlineData("Expect: 100-continue\r\n", "push")]
    [InlineData("Expect: 100-continue\r\n", "throw")]
    [InlineData("Connection: close\r\n", "push")]
    public async Task Content_that_is_still_being_read_is_never_run_as_requests(string field, string response)
    {
        Task<int>? read = null;
        var wire = new Wire(request =>
        {
            read = request.Body.ReadAsync(new byte[5]).AsTask();
            if (response == "throw") throw new InvalidOperationException();
            return response == "push" ? Pushing(output => output.WriteAsync("pushed"u8.ToArray())) : HttpResponse.Text("memory");
        });
        Connection connection = wire.Open($"POST / HTTP/1.1\r\nHost: a\r\n{field}Content-Length: {Evil.Length}\r\n\r\n");
        Outcome outcome = await connection.EndAsync();
        connection.Stream.Give(Evil).Give(Evil);
        outcome.RequestLines.Should().Equal("POST /");
        outcome.Text.Should().NotContain("200 OK");
        await read!.Invoking(task => task).Should().ThrowAsync<Exception>();
    }

    [Fact]
    public async Task A_body_that_ends_while_it_reads_the_content_loses_its_connection()
    {
        var wire = new Wire(request => Pushing(async output =>
        {
            await output.FlushAsync();
            _ = request.Body.ReadAsync(new byte[5]).AsTask();
        }));
        Connection connection = wire.Open($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {Evil.Length}\r\n\r\n");
        Outcome outcome = await connection.EndAsync();
        connection.Stream.Give(Evil).Give(Evil);
        outcome.RequestLines.Should().Equal("POST /");
    }

    private static HttpResponse Pushing(Func<Stream, ValueTask> write) =>
        new(200, ResponseBody.Push((output, _) => write(output)));

    private static async Task DoAsync(Stream output, string operation)
    {
        switch (operation)
        {
            case "a write":
                await output.WriteAsync(Large);
                break;
            case "a small write":
                await output.WriteAsync("x"u8.ToArray());
                break;
            case "a flush":
                await output.FlushAsync();
                break;
            default:
#pragma warning disable CA1849 // the subject
                output.Write("x"u8);
#pragma warning restore CA1849
                break;
        }
    }

    private sealed class KeepingStream : MemoryStream
    {
        public ReadOnlyMemory<byte> Kept { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Kept = buffer;
            throw new IOException("given up, and still under way");
        }
    }

    private sealed class LateBody(Func<Stream, ValueTask> write, Func<ValueTask> dispose) : ResponseBody
    {
        public override long? Length => null;

        public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) => write(output);

        public override async ValueTask DisposeAsync()
        {
            await dispose();
            await base.DisposeAsync();
        }
    }
}
