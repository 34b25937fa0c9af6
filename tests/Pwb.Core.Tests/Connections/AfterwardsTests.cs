using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Connections;

/// <summary>
/// What comes after a response, or stays of it: user code that nobody waits for, and tokens that somebody has kept.
/// </summary>
public sealed class AfterwardsTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private readonly TaskCompletionSource _isDisposing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData("")]
    [InlineData("Connection: close\r\n")]
    public async Task A_response_is_at_its_client_before_its_body_is_disposed_of(string field)
    {
        Connection connection = new Wire(_ => new HttpResponse(200, new HangingBody(_isDisposing, _release.Task)))
            .Open($"GET / HTTP/1.1\r\nHost: localhost\r\n{field}\r\n");
        await _isDisposing.Task.WaitAsync(Wire.SafetyTimeout);
        await connection.Stream.WaitForOutputAsync("whole");
        _release.SetResult();
        await connection.FinishAsync();
    }

    [Fact]
    public async Task A_response_is_at_its_client_before_its_line_is_in_the_log()
    {
        using BlockingLog log = new();
        await using PwbServer server = new(loggerFactory: log);
        ScriptedStream stream = new();
        stream.Give(Get);
        Task serving = server.ServeAsync(stream);
        await log.HasBegun.WaitAsync(Wire.SafetyTimeout);
        Latin1.Text(stream.Output).Should().Contain("200 OK", "the log still holds whoever writes it");
        serving.IsCompleted.Should().BeFalse();
        log.Release();
        stream.EndInput();
        await serving.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task A_client_that_leaves_while_a_body_is_disposed_of_is_noticed()
    {
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = new(
            RequestHandler.From(request =>
            {
                request.Aborted.Register(cancelled.SetResult);
                return new HttpResponse(200, new HangingBody(_isDisposing, _release.Task));
            }),
            new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        using TcpClient client = new(server.EndPoint.Ip.AddressFamily);
        await client.ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync(Latin1.Bytes(Get));
        await _isDisposing.Task.WaitAsync(Wire.SafetyTimeout);
        client.Client.Close(timeout: 0);
        await cancelled.Task.WaitAsync(Wire.SafetyTimeout);
        _release.SetResult();
    }

    [Theory]
    [InlineData("a handler")]
    [InlineData("a body")]
    [InlineData("a body of known length")]
    [InlineData("a source of files")]
    public async Task A_source_that_is_linked_to_a_token_and_never_disposed_of_goes_with_its_request(string of)
    {
        List<WeakReference> sources = [];
        IRequestHandler handler = of == "a source of files"
            ? new StaticFileHandler(new LinkingSource(token => sources.Add(Link(token))))
            : RequestHandler.From((_, token) =>
            {
                if (of == "a handler") sources.Add(Link(token));
                return new ValueTask<HttpResponse>(new HttpResponse(200, ResponseBody.Push(
                    (output, bodyToken) =>
                    {
                        if (of != "a handler") sources.Add(Link(bodyToken));
                        return output.WriteAsync("x"u8.ToArray(), bodyToken);
                    },
                    of == "a body" ? null : 1)));
            });
        await using PwbServer server = new(handler);
        ScriptedStream stream = new();
        Task serving = server.ServeAsync(stream);
        for (int i = 0; i < 20; i++)
        {
            stream.Give(Get.Replace("/ ", "/a ", StringComparison.Ordinal));
            await stream.WaitUntilIdleAsync();
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        sources.Should().HaveCountGreaterThanOrEqualTo(20);
        sources.Count(source => source.IsAlive).Should().BeLessThan(3, "the connection is still open");
        serving.IsCompleted.Should().BeFalse();
        stream.EndInput();
        await serving.WaitAsync(Wire.SafetyTimeout);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Link(CancellationToken token) => new(CancellationTokenSource.CreateLinkedTokenSource(token));

    private sealed class LinkingSource(Action<CancellationToken> read) : ContentSource
    {
        // Above what is kept in memory.
        private static readonly ContentInfo Info = new("a", IsDirectory: false, 2_000_000, default);

        public override ContentInfo? Find(string path) => path == "a" ? Info : null;

        public override Stream? Open(string path, out ContentInfo info)
        {
            info = Info;
            return new LinkingStream(new byte[Info.Length], read);
        }

        public override IEnumerable<ContentInfo> List(string path) => [];
    }

    private sealed class LinkingStream(byte[] content, Action<CancellationToken> read) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            read(cancellationToken);
            return base.ReadAsync(buffer, CancellationToken.None);
        }
    }

    private sealed class HangingBody(TaskCompletionSource isDisposing, Task release) : ResponseBody
    {
        public override long? Length => 5;

        public override async ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) =>
            await output.WriteAsync("whole"u8.ToArray(), cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            isDisposing.TrySetResult();
            await release;
            await base.DisposeAsync();
        }
    }

    private sealed class BlockingLog : ILoggerFactory, ILogger
    {
        private readonly ManualResetEventSlim _released = new();
        private readonly TaskCompletionSource _hasBegun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task HasBegun => _hasBegun.Task;

        public void Release() => _released.Set();

        public ILogger CreateLogger(string categoryName) => categoryName == "Pwb.Access" ? this : NullLogger.Instance;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            _hasBegun.TrySetResult();
            _released.Wait(Wire.SafetyTimeout);
        }

        public void Dispose() => _released.Dispose();
    }
}
