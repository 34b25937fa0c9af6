using System.Net;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Connections;

/// <summary>
/// What comes a moment too early or too late, and what two do at once: it stays with the request that it belongs to.
/// </summary>
public sealed class RaceTests : IDisposable
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string GetSecond = "GET /second HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";

    private readonly TaskCompletionSource _entered = New();
    private readonly TaskCompletionSource _release = New();
    private readonly LogLines _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deferred_response_that_is_started_after_its_writer_has_ended_is_nobodys(bool fails)
    {
        ResponseStarter? kept = null;
        Exception? thrown = null;
        Outcome outcome = await new Wire(request =>
        {
            if (request.Path == "/second")
            {
                thrown = Record.Exception(() => kept!.Start(HttpResponse.Text("stolen")));
                return HttpResponse.Text("second");
            }

            return DeferredResponse.From((starter, _) =>
            {
                kept = starter;
                return fails ? throw new InvalidOperationException() : default(ValueTask);
            });
        }).ExchangeAsync(Get + GetSecond);

        thrown.Should().BeOfType<InvalidOperationException>();
        outcome.Responses().Select(response => (response.Status, response.ContentText)).Should().Equal(
            (500, "500 Internal Server Error\n"), (200, "second"));
    }

    [Fact]
    public async Task One_of_two_threads_starts_a_deferred_response_and_the_other_is_told_at_its_own_line()
    {
        using ManualResetEventSlim isStarting = new(), mayGoOn = new();
        ResponseStarter starter = new(_ =>
        {
            isStarting.Set();
            mayGoOn.Wait(Wire.SafetyTimeout);
            return Stream.Null;
        });
        Task<Stream> first = Task.Run(() => starter.Start(new HttpResponse(200)));
        isStarting.Wait(Wire.SafetyTimeout).Should().BeTrue();
        starter.Invoking(it => it.Start(new HttpResponse(404))).Should().Throw<InvalidOperationException>();
        mayGoOn.Set();
        (await first).Should().BeSameAs(Stream.Null);
        starter.Invoking(it => it.Start(new HttpResponse(404))).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public async Task A_stream_whose_callback_on_its_token_throws_is_logged_and_ends_no_process()
    {
        ManualClock clock = new();
        await using PwbServer server = new(
            RequestHandler.From(Wire.EchoAsync), new PwbServerOptions { TimeProvider = clock }, _log);
        using ThrowingStream stream = new(Latin1.Bytes(Post));
        Task serving = server.ServeAsync(stream);
        await stream.Waits.WaitAsync(Wire.SafetyTimeout);
        clock.Advance(TimeSpan.FromMinutes(1));
        server.Tick();
        await serving.WaitAsync(Wire.SafetyTimeout);
        await _log.LineAsync("Error: request 1-1: a callback on its cancellation token failed");
    }

    [Fact]
    public async Task A_client_whose_address_throws_at_its_name_is_served_and_its_task_completes()
    {
        await using PwbServer server = new(RequestHandler.From(Wire.EchoAsync), loggerFactory: _log);
        using ScriptedStream stream = new();
        Task serving = server.ServeAsync(stream.Give(Get).FailReadsAt(Get.Length), new NamelessEndPoint());
        await serving.WaitAsync(Wire.SafetyTimeout);
        Latin1.Text(stream.Output).Should().StartWith("HTTP/1.1 200 OK\r\n");
        _log.Lines.Should().Contain(line => line.Contains("NamelessEndPoint", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_body_has_written_goes_out_also_when_its_timer_fires_before_it_is_known()
    {
        await using PwbServer server = new(
            RequestHandler.From(_ => new HttpResponse(200, ResponseBody.Push(async (output, token) =>
            {
                await output.WriteAsync("first"u8.ToArray(), token);
                await _release.Task;
            }))),
            new PwbServerOptions { TimeProvider = new HastyClock() });
        using ScriptedStream stream = new();
        Task serving = server.ServeAsync(stream.Give(Get));
        await stream.WaitForOutputAsync("\r\n5\r\nfirst\r\n").WaitAsync(Wire.SafetyTimeout);
        _release.SetResult();
        stream.EndInput();
        await serving.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task An_end_that_is_seen_by_a_look_for_the_request_before_tells_no_handler_before_its_second()
    {
        TaskCompletionSource secondEntered = New(), secondRelease = New(), looked = New(), cancelled = New();
        bool wasCancelled = false;
        Wire wire = new(async (request, token) =>
        {
            bool isFirst = request.Path == "/";
            (isFirst ? _entered : secondEntered).SetResult();
            await (isFirst ? _release : secondRelease).Task;
            if (isFirst) return HttpResponse.Text("first");
            wasCancelled = token.IsCancellationRequested;
            looked.SetResult();
            token.Register(cancelled.SetResult);
            await cancelled.Task;
            return HttpResponse.Text("second");
        });
        Connection connection = wire.Open(Get + GetSecond);
        await _entered.Task.WaitAsync(Wire.SafetyTimeout);
        wire.Clock.Advance(TimeSpan.FromSeconds(2));
        wire.Server.Tick(); // where only a read can tell, it begins to read
        await connection.Stream.WaitUntilIdleAsync();
        _release.SetResult();
        await secondEntered.Task.WaitAsync(Wire.SafetyTimeout);
        connection.Stream.EndInput();
        await SettleAsync();
        secondRelease.SetResult();
        await looked.Task.WaitAsync(Wire.SafetyTimeout);
        await TickUntilAsync(wire, cancelled.Task);
        Outcome outcome = await connection.EndAsync();
        wasCancelled.Should().BeFalse();
        outcome.Responses().Select(response => response.ContentText).Should().Equal("first", "second");
    }

    [Fact]
    public async Task A_beat_right_behind_a_request_is_no_second()
    {
        bool wasCancelled = false;
        TaskCompletionSource looked = New(), cancelled = New();
        Wire wire = new(async (_, token) =>
        {
            _entered.SetResult();
            await _release.Task;
            wasCancelled = token.IsCancellationRequested;
            looked.SetResult();
            token.Register(cancelled.SetResult);
            await cancelled.Task;
            return HttpResponse.Text("answered");
        });
        Connection connection = wire.Open(Get);
        await _entered.Task.WaitAsync(Wire.SafetyTimeout);
        connection.Stream.EndInput();
        wire.Clock.Advance(TimeSpan.FromSeconds(1)); // from one beat to the next: the request came at the end of it
        wire.Server.Tick();
        await SettleAsync();
        _release.SetResult();
        await looked.Task.WaitAsync(Wire.SafetyTimeout);
        await TickUntilAsync(wire, cancelled.Task);
        (await connection.EndAsync()).Response().ContentText.Should().Be("answered");
        wasCancelled.Should().BeFalse();
    }

    [Fact]
    public async Task A_handler_that_reads_after_a_look_has_found_its_client_gone_has_not_failed()
    {
        ManualClock clock = new();
        await using PwbServer server = new(
            RequestHandler.From(async (request, token) =>
            {
                token.Register(_release.SetResult);
                _entered.SetResult();
                await _release.Task;
                return HttpResponse.Bytes(await Wire.ReadAllAsync(request.Body, CancellationToken.None));
            }),
            new PwbServerOptions { TimeProvider = clock },
            _log);
        using ScriptedStream stream = new();
        Task serving = server.ServeAsync(stream.Give(Post).FailReadsAt(Post.Length));
        await _entered.Task.WaitAsync(Wire.SafetyTimeout);
        clock.Advance(TimeSpan.FromSeconds(2));
        server.Tick();
        await serving.WaitAsync(Wire.SafetyTimeout);
        _log.Lines.Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_is_refused_while_its_100_is_being_sent_gets_nothing_in_between(bool inBody)
    {
        Wire wire = new(request => inBody
            ? new HttpResponse(400, ResponseBody.Push((_, _) => new ValueTask(Refuse(request))))
            : throw Refusal(request));
        string expect = inBody ? "" : "Expect: 100-continue\r\n";
        Connection connection = wire.Open(
            new ScriptedStream().SetWindow(10), $"POST / HTTP/1.1\r\nHost: a\r\n{expect}Content-Length: 5\r\n\r\n");
        Outcome outcome = await connection.EndAsync();
        outcome.Text.Should().NotContain("413").And.BeOneOf("", "HTTP/1.1 1");

        static Task Refuse(HttpRequest request) => throw Refusal(request);

        static RequestRejectedException Refusal(HttpRequest request)
        {
            _ = request.Body.ReadAsync(new byte[5]).AsTask();
            return new RequestRejectedException(413);
        }
    }

    /// <summary>
    /// Whoever was to be told by now has most likely been, if anybody is: a fault is seen so, and nothing else fails by it.
    /// </summary>
    private static async Task SettleAsync()
    {
        for (int i = 0; i < 20_000; i++) await Task.Run(static () => { });
    }

    private static async Task TickUntilAsync(Wire wire, Task task)
    {
        wire.Clock.Advance(TimeSpan.FromSeconds(2));
        long start = Environment.TickCount64;
        while (!task.IsCompleted)
        {
            wire.Server.Tick();
            await Task.Yield();
            (Environment.TickCount64 - start).Should().BeLessThan((long)Wire.SafetyTimeout.TotalMilliseconds);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class NamelessEndPoint : EndPoint
    {
        public override string ToString() => throw new InvalidOperationException("no name");
    }

    /// <summary>A stream with code of its own on the tokens that it is given.</summary>
    private sealed class ThrowingStream(byte[] request) : OddStream
    {
        private readonly TaskCompletionSource _waits = New();
        private int _position;

        public Task Waits => _waits.Task;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = Math.Min(buffer.Length, request.Length - _position);
            if (count > 0 || buffer.IsEmpty)
            {
                request.AsMemory(_position, count).CopyTo(buffer);
                _position += count;
                return count;
            }

            await using CancellationTokenRegistration registration =
                cancellationToken.Register(() => throw new InvalidOperationException("callback"));
            _waits.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return 0;
        }
    }

    /// <summary>
    /// A clock whose timers fire before whoever has made them knows them, as if his thread had stood still meanwhile.
    /// </summary>
    private sealed class HastyClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan) return base.CreateTimer(callback, state, dueTime, period);
            callback(state);
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
        }
    }
}
