using Microsoft.Extensions.Logging;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Connections;

/// <summary>What a handler, a body, a stream or a log does wrong harms its own request, and nobody else.</summary>
public sealed class IsolationTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [Fact]
    public async Task A_throwing_callback_on_the_token_is_logged_and_does_no_harm()
    {
        var log = new RecordingLog();
        var clock = new ManualClock();
        await using PwbServer server = new(
            RequestHandler.From(async (request, cancellationToken) =>
            {
                cancellationToken.Register(() => throw new InvalidOperationException("callback"));
                return await Wire.EchoAsync(request, cancellationToken);
            }),
            new PwbServerOptions { TimeProvider = clock },
            log);
        var stream = new ScriptedStream();
        stream.Give("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
        Task serving = server.ServeAsync(stream);
        await stream.WaitUntilIdleAsync();
        clock.Advance(TimeSpan.FromMinutes(1));
        server.Tick();
        await serving.WaitAsync(Wire.SafetyTimeout);

        Latin1.Text(stream.Output).Should().StartWith("HTTP/1.1 408 ");
        await log.HasError.WaitAsync(Wire.SafetyTimeout);
        log.Lines.Should().Contain(
            line => line.StartsWith("Error: request 1-1: a callback on its cancellation token failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stream_that_cannot_be_closed_is_over_all_the_same()
    {
        await using PwbServer server = new();
        await server.ServeAsync(new UnclosableStream()).WaitAsync(Wire.SafetyTimeout);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_log_that_throws_costs_no_request(bool inIsEnabled)
    {
        await using PwbServer server = new(loggerFactory: new ThrowingLog(inIsEnabled));
        var stream = new ScriptedStream();
        stream.Give(Get).Give(Get).EndInput();
        await server.ServeAsync(stream).WaitAsync(Wire.SafetyTimeout);
        WireResponse.ParseAll(stream.Output).Should().HaveCount(2).And.OnlyContain(response => response.Status == 200);
    }

    [Fact]
    public async Task A_handler_that_throws_gives_500_without_detail_and_an_error_with_an_id()
    {
        var log = new RecordingLog();
        await using PwbServer server = new(
            RequestHandler.From(_ => throw new InvalidOperationException("secret")), loggerFactory: log);
        var stream = new ScriptedStream();
        stream.Give(Get).Give(Get).EndInput();
        await server.ServeAsync(stream).WaitAsync(Wire.SafetyTimeout);

        WireResponse.ParseAll(stream.Output).Should().HaveCount(2).And.OnlyContain(response => response.Status == 500);
        Latin1.Text(stream.Output).Should().NotContain("secret");
        log.Lines.Should().Contain("Error: request 1-1: the handler failed")
            .And.Contain("Error: request 1-2: the handler failed");
    }

    [Fact]
    public async Task Bad_input_and_clients_that_vanish_log_nothing_above_the_line_of_their_answer()
    {
        var log = new RecordingLog();
        await using PwbServer server = new(RequestHandler.From(Wire.EchoAsync), loggerFactory: log);
        foreach (string input in (string[])[
            "\n", "GET / HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nX"])
        {
            var ending = new ScriptedStream();
            ending.Give(input).EndInput();
            await server.ServeAsync(ending).WaitAsync(Wire.SafetyTimeout);
            var failing = new ScriptedStream();
            failing.Give(input).FailReadsAt(input.Length);
            await server.ServeAsync(failing).WaitAsync(Wire.SafetyTimeout);
        }

        log.Lines.Where(line => !line.StartsWith("Debug", StringComparison.Ordinal)).Should().OnlyContain(
            line => line.StartsWith("Information: in-memory \"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_that_a_handler_kept_shows_its_own_and_never_the_next_one_on_its_connection()
    {
        List<(HttpRequest Request, Stream Body, CancellationToken Token)> kept = [];
        var wire = new Wire((request, cancellationToken) =>
        {
            kept.Add((request, request.Body, cancellationToken));
            return new ValueTask<HttpResponse>(HttpResponse.Text("x"));
        });
        await wire.ExchangeAsync("POST /a?b HTTP/1.1\r\nHost: a\r\nCookie: secret\r\nContent-Length: 2\r\n\r\nab"
            + "GET /private/x HTTP/1.1\r\nHost: other\r\nX: y\r\nAuthorization: z\r\n\r\n");

        HttpRequest first = kept[0].Request;
        kept[1].Request.Should().NotBeSameAs(first);
        kept[1].Request.Path.Should().Be("/private/x");
        first.Path.Should().Be("/a", "it is asked for only now");
        Latin1.Text(first.RawQuery).Should().Be("b");
        first.Host.Should().Be("a");
        first.Headers["Cookie"].Should().Be("secret");
        first.Headers["Authorization"].Should().BeNull();
        await kept[0].Body.Invoking(stream => stream.ReadAsync(new byte[1]).AsTask())
            .Should().ThrowAsync<ObjectDisposedException>();
        kept[0].Token.Should().NotBe(kept[1].Token);
    }

    [Fact]
    public async Task Waiting_for_content_has_its_deadline_also_when_earlier_responses_are_sent_meanwhile()
    {
        var wire = new Wire(Wire.EchoAsync);
        Connection connection = wire.Open(Get + "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
        await connection.Stream.WaitUntilIdleAsync();
        wire.Clock.Advance(TimeSpan.FromMinutes(1));
        wire.Server.Tick();
        (await connection.EndAsync()).Responses().Select(response => response.Status).Should().Equal(200, 408);
    }

    [Fact]
    public async Task A_client_that_pipelines_without_end_lets_others_have_the_pool()
    {
        // As many such clients as the pool has threads, and then one more piece of work.
        ThreadPool.GetMinThreads(out int threads, out _);
        int rest = 2_000_000;
        TaskCompletionSource ran = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = new();
        Task[] endless = [
            .. Enumerable.Range(0, Math.Max(threads, 4)).Select(
                _ => server.ServeAsync(new EndlessStream(() => !ran.Task.IsCompleted && Interlocked.Decrement(ref rest) > 0)))];
        ThreadPool.UnsafeQueueUserWorkItem(_ => ran.SetResult(), null);
        await Task.WhenAll(endless).WaitAsync(Wire.SafetyTimeout);
        ran.Task.IsCompleted.Should().BeTrue();
        rest.Should().BePositive("the other work had its turn before all the requests were answered");
    }

    [Fact]
    public async Task A_head_that_fills_the_buffer_does_not_make_reads_small()
    {
        string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\nX: ";
        string filled = head + new string('x', 8191 - head.Length - 4) + "\r\n\r\n";
        var wire = new Wire(_ => HttpResponse.Text("ignored"));
        var stream = new CountingStream(Latin1.Bytes(filled + new string('y', 200_000)));
        await wire.Server.ServeAsync(stream, new Journal()).WaitAsync(Wire.SafetyTimeout);
        stream.Reads.Should().BeLessThan(200);
    }

    private sealed class RecordingLog : ILoggerFactory, ILogger
    {
        private readonly List<string> _lines = [];
        private readonly TaskCompletionSource _hasError = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task HasError => _hasError.Task;

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines) return [.. _lines];
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines) _lines.Add($"{logLevel}: {formatter(state, exception)}");
            if (logLevel >= LogLevel.Error) _hasError.TrySetResult();
        }

        public void Dispose()
        {
        }
    }

    private sealed class ThrowingLog(bool inIsEnabled) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => throw new InvalidOperationException();

        public bool IsEnabled(LogLevel logLevel) => inIsEnabled ? throw new InvalidOperationException() : true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException();

        public void Dispose()
        {
        }
    }
}
