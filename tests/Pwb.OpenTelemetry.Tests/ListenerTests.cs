using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.Extensions.Logging;
using Pwb.OpenTelemetry.Tests.Support;

namespace Pwb.OpenTelemetry.Tests;

/// <summary>Listeners are other people's code: whatever they do, the server serves.</summary>
public sealed class ListenerTests
{
    [Theory]
    [InlineData("sample")]
    [InlineData("started")]
    [InlineData("stopped")]
    [InlineData("measured")]
    public async Task One_that_throws_costs_nothing_but_a_line_in_the_log(string when)
    {
        using ActivityListener spans = Spans(now => ThrowIf(now == when));
        using MeterListener measurements = Measurements(() => ThrowIf(when == "measured"));
        using ErrorLog log = new();
        await using PwbServer server = await TestServer.StartAsync(RequestHandler.From(_ => HttpResponse.Text("x")), log: log);
        string answer = await Client.ExchangeAsync(server, TestServer.Get + TestServer.Get + TestServer.GetAndClose);

        answer.Split("HTTP/1.1 200 OK\r\n").Should().HaveCount(4);
        log.Errors.Should().ContainSingle("it is not said for each request")
            .Which.Should().StartWith("a listener of metrics or spans failed");

        static void ThrowIf(bool condition)
        {
            if (condition) throw new InvalidOperationException();
        }
    }

    [Fact]
    public async Task One_that_throws_at_what_it_is_offered_does_not_keep_a_server_from_starting()
    {
        List<IDisposable> offered = [];
        bool isReady = false;
        using ActivityListener spans = new() { ShouldListenTo = source => Refuse(source.Name, source) };
        using MeterListener measurements =
            new() { InstrumentPublished = (instrument, _) => Refuse(instrument.Meter.Name, instrument.Meter) };
        ActivitySource.AddActivityListener(spans);
        measurements.Start();
        isReady = true;

        // Instruments are offered once in a process; so here is the library a second time, as yet without any.
        AssemblyLoadContext context = new(name: null, isCollectible: true);
        Assembly fresh = context.LoadFromAssemblyPath(typeof(PwbServer).Assembly.Location);
        object options = Activator.CreateInstance(fresh.GetType(typeof(PwbServerOptions).FullName!)!)!;
        object? freePort = fresh.GetType(
            typeof(ServerEndPoint).FullName!)!.GetMethod(nameof(ServerEndPoint.Loopback))!.Invoke(null, [0, null]);
        options.GetType().GetProperty(nameof(PwbServerOptions.EndPoints))!.SetValue(options, freePort);
        Type type = fresh.GetType(typeof(PwbServer).FullName!)!;
        await using var server = (IAsyncDisposable)Activator.CreateInstance(type, [null, options, null])!;
        await (Task)type.GetMethod(nameof(PwbServer.StartAsync))!.Invoke(server, [CancellationToken.None])!;

        using var client = (HttpClient)type.GetMethod(nameof(PwbServer.CreateClient))!.Invoke(server, [false])!;
        (await client.GetStringAsync("/")).Should().Be("hello PWB");
        offered.Should().HaveCount(5);
        offered.ForEach(meterOrSource => meterOrSource.Dispose()); // other tests shall not see them

        bool Refuse(string name, IDisposable meterOrSource)
        {
            if (!isReady || name != "Pwb") return false;
            offered.Add(meterOrSource);
            throw new InvalidOperationException();
        }
    }

    [Theory]
    [InlineData("started")]
    [InlineData("measured")]
    public async Task One_that_blocks_holds_up_nobody_else(string when)
    {
        using ManualResetEventSlim mayGoOn = new();
        using SemaphoreSlim blocked = new(0);
        int calls = 0;
        using ActivityListener spans = Spans(now => BlockFirst(now == when));
        using MeterListener measurements = Measurements(() => BlockFirst(when == "measured"));
        await using PwbServer server = await TestServer.StartAsync(
            RequestHandler.From(_ => HttpResponse.Text("x"), neverBlocks: true));
        Task<string> first = Client.ExchangeAsync(server, TestServer.GetAndClose);
        (await blocked.WaitAsync(TimeSpan.FromSeconds(30))).Should().BeTrue();
        try
        {
            (await Client.ExchangeAsync(server, TestServer.GetAndClose)).Should().StartWith("HTTP/1.1 200 ");
        }
        finally
        {
            mayGoOn.Set();
        }

        (await first).Should().StartWith("HTTP/1.1 200 ");

        void BlockFirst(bool condition)
        {
            if (!condition || Interlocked.Increment(ref calls) > 1) return;
            blocked.Release();
            mayGoOn.Wait();
        }
    }

    [Fact]
    public async Task None_runs_where_all_sockets_wait_for_it()
    {
        ConcurrentQueue<bool> onPool = [];
        using ActivityListener spans = Spans(_ => onPool.Enqueue(Thread.CurrentThread.IsThreadPoolThread));
        using MeterListener measurements = Measurements(() => onPool.Enqueue(Thread.CurrentThread.IsThreadPoolThread));
        await using PwbServer server = await TestServer.StartAsync(
            RequestHandler.From(_ => HttpResponse.Text("x"), neverBlocks: true));
        using Client client = await Client.ConnectAsync(server);
        for (int i = 0; i < 100; i++)
        {
            await client.SendAsync(TestServer.Get);
            await client.ReadUntilAsync("\r\n\r\nx");
        }

        onPool.Should().HaveCountGreaterThan(300).And.OnlyContain(isPool => isPool);
    }

    [Fact]
    public async Task One_that_comes_or_goes_during_a_request_does_no_harm()
    {
        ConcurrentQueue<string> calls = [];
        TaskCompletionSource mayAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource hasBegun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await TestServer.StartAsync(RequestHandler.From(async (_, _) =>
        {
            hasBegun.TrySetResult();
            await mayAnswer.Task;
            return HttpResponse.Text("x");
        }));
        using Client client = await Client.ConnectAsync(server);
        ActivityListener goes = Spans(calls.Enqueue);
        await client.SendAsync(TestServer.Get);
        await hasBegun.Task;
        goes.Dispose();
        using MeterListener comes = Measurements(() => calls.Enqueue("measured"));
        mayAnswer.SetResult();
        await client.ReadUntilAsync("\r\n\r\nx");
        await client.SendAsync(TestServer.Get);
        await client.ReadUntilAsync("\r\n\r\nx");

        calls.Should().StartWith(["sample", "started"]).And.NotContain("stopped");
    }

    private static ActivityListener Spans(Action<string> act)
    {
        ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == PwbTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
            {
                act("sample");
                return ActivitySamplingResult.AllData;
            },
            ActivityStarted = _ => act("started"),
            ActivityStopped = _ => act("stopped"),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static MeterListener Measurements(Action act)
    {
        MeterListener listener = new();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == PwbTelemetry.MeterName) listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => act());
        listener.Start();
        return listener;
    }

    private sealed class ErrorLog : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) Errors.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
