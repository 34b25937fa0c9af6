using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pwb.Platform;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Server;

/// <summary>
/// Handlers that declare that they never block are run by the thread that serves all sockets of the
/// process. So nothing else that is
/// not the server's own may be.
/// </summary>
public sealed class NeverBlocksTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private const int ManyBytes = 20_000_000; // more than the system buffers for a client that does not read

    [SkippableFact]
    public async Task A_handler_that_never_blocks_is_called_where_its_bytes_arrive()
    {
        Skip.IfNot(ThisSystem.IsUnix, "Elsewhere, what completes does so on the pool.");
        Skip.If(Sockets.AreByEpoll, "There, every handler is called where its bytes arrive.");

        // Whether a wait comes between two requests is the system's decision; among many, one does.
        Places places = new();
        await using PwbServer server = await StartAsync(places.Handler("handler", _ => HttpResponse.Text("x")));
        using TcpClient client = await ConnectAsync(server);
        for (int i = 0; i < 10_000 && !places.HasInline("handler"); i++) await AskAsync(client, Get);
        places.HasInline("handler").Should().BeTrue();
    }

    [Fact]
    public async Task Any_other_handler_is_called_on_the_pool()
    {
        Places places = new();
        await using PwbServer server = await StartAsync(RequestHandler.From(_ =>
        {
            places.Note("handler");
            return HttpResponse.Text("x");
        }));
        using TcpClient client = await ConnectAsync(server);
        for (int i = 0; i < 100; i++) await AskAsync(client, Get);
        places.ShouldAllBeOnThePool("handler");
    }

    [Fact]
    public async Task One_whose_promise_is_not_trusted_is_called_on_the_pool()
    {
        Places places = new();
        PwbServerOptions options = new() { EndPoints = ServerEndPoint.Loopback(0), IgnoreNeverBlocks = true };
        await using PwbServer server = await StartAsync(places.Handler("handler", _ => HttpResponse.Text("x")), options);
        using TcpClient client = await ConnectAsync(server);
        for (int i = 0; i < 100; i++) await AskAsync(client, Get);
        places.ShouldAllBeOnThePool("handler");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Bodies_that_write_themselves_do_so_and_are_disposed_of_on_the_pool(string method)
    {
        Places places = new();
        await using PwbServer server = await StartAsync(
            places.Handler("handler", _ => new HttpResponse(200, new NotingBody(places, 5))));
        using TcpClient client = await ConnectAsync(server);
        for (int i = 0; i < 100; i++) await AskAsync(client, Get.Replace("GET", method, StringComparison.Ordinal));
        places.ShouldAllBeOnThePool(string.Equals(method, "GET", StringComparison.Ordinal) ? ["write", "dispose"] : ["dispose"]);
    }

    [Fact]
    public async Task A_body_goes_on_on_the_pool_after_it_had_to_wait_for_the_client()
    {
        Places places = new();
        await using PwbServer server = await StartAsync(
            places.Handler("handler", request => request.RawPath.SequenceEqual("/large"u8)
                ? new HttpResponse(200, new NotingBody(places, ManyBytes))
                : HttpResponse.Text("x")));
        using TcpClient client = await ConnectAsync(server);
        for (int i = 0; i < 10; i++) await AskAsync(client, Get);
        await AskAsync(client, Get.Replace("/ ", "/large ", StringComparison.Ordinal));
        await AskAsync(client, Get);
        places.ShouldAllBeOnThePool("write", "dispose");
    }

    [Fact]
    public async Task Requests_with_content_and_the_selector_of_its_limit_are_handled_on_the_pool()
    {
        Places places = new();
        PwbServerOptions options = new()
        {
            EndPoints = ServerEndPoint.Loopback(0),
            MaxContentLengthSelector = _ =>
            {
                places.Note("selector");
                return null;
            },
        };
        IRequestHandler handler = RequestHandler.From(
            async (request, cancellationToken) =>
            {
                await Wire.ReadAllAsync(request.Body, cancellationToken);
                places.Note(request.Method);
                return HttpResponse.Text("x");
            },
            neverBlocks: true);
        await using PwbServer server = await StartAsync(handler, options);
        using TcpClient client = await ConnectAsync(server);
        for (int i = 0; i < 20; i++)
        {
            await AskAsync(client, Get);
            await SendAsync(client, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab");
            await AskAsync(client, "cde");
        }

        places.ShouldAllBeOnThePool("selector", "POST");
    }

    [Theory]
    [InlineData(LogLevel.Debug, false)]
    [InlineData(LogLevel.Information, false)]
    [InlineData(LogLevel.Error, true)]
    public async Task Logs_are_written_on_the_pool(LogLevel level, bool fails)
    {
        Places places = new();
        IRequestHandler handler = places.Handler(
            "handler", _ => fails ? throw new InvalidOperationException() : HttpResponse.Text("x"));
        await using PwbServer server = await StartAsync(handler, log: new NotingLog(places, level));
        using TcpClient client = await ConnectAsync(server);
        for (int i = 0; i < 100; i++) await AskAsync(client, Get);
        using TcpClient refused = await ConnectAsync(server);
        await SendAsync(refused, "G");
        await AskAsync(refused, " \r");
        places.ShouldAllBeOnThePool("log");
    }

    [Fact]
    public async Task A_body_that_blocks_stalls_nobody_else()
    {
        using ManualResetEventSlim release = new();
        TaskCompletionSource blocks = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IRequestHandler handler = RequestHandler.From(
            request =>
                request.RawPath.SequenceEqual("/"u8) ? HttpResponse.Text("x") : new HttpResponse(200, ResponseBody.Push((_, _) =>
                {
                    blocks.SetResult();
                    release.Wait(Wire.SafetyTimeout, CancellationToken.None);
                    return default;
                })),
            neverBlocks: true);
        await using PwbServer server = await StartAsync(handler);
        using TcpClient stuck = await ConnectAsync(server);
        using TcpClient other = await ConnectAsync(server);
        for (int i = 0; i < 10; i++) await AskAsync(stuck, Get);
        await SendAsync(stuck, Get.Replace("/ ", "/push ", StringComparison.Ordinal));
        await blocks.Task.WaitAsync(Wire.SafetyTimeout);

        for (int i = 0; i < 10; i++) await AskAsync(other, Get).WaitAsync(Wire.SafetyTimeout);
        release.IsSet.Should().BeFalse();
        release.Set();
    }

    [Fact]
    public async Task A_source_of_files_is_asked_on_the_pool()
    {
        Places places = new();
        StaticFileHandler handler = new(new NotingSource(places), new StaticFileOptions { MaxCachedFileLength = 0 });
        handler.NeverBlocks.Should().BeTrue();
        await using PwbServer server = await StartAsync(handler);
        using TcpClient client = await ConnectAsync(server);
        for (int i = 0; i < 100; i++) await AskAsync(client, Get.Replace("/ ", "/a.txt ", StringComparison.Ordinal));
        places.ShouldAllBeOnThePool("source");
    }

    [Fact]
    public void A_function_says_what_it_was_told_to_and_a_fixed_response_never_blocks()
    {
        RequestHandler.From(_ => HttpResponse.Text("x")).NeverBlocks.Should().BeFalse();
        RequestHandler.From(_ => HttpResponse.Text("x"), neverBlocks: true).NeverBlocks.Should().BeTrue();
        RequestHandler.From((_, _) => default).NeverBlocks.Should().BeFalse();
        RequestHandler.From((_, _) => default, neverBlocks: true).NeverBlocks.Should().BeTrue();
        new FixedResponseHandler().NeverBlocks.Should().BeTrue();
    }

    private static async Task<PwbServer> StartAsync(
        IRequestHandler handler, PwbServerOptions? options = null, ILoggerFactory? log = null)
    {
        PwbServer server = new(handler, options ?? new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) }, log);
        await server.StartAsync();
        return server;
    }

    private static async Task<TcpClient> ConnectAsync(PwbServer server)
    {
        TcpClient client = new();
        await client.ConnectAsync(server.EndPoint.Ip);
        return client;
    }

    /// <summary>Sends a request, or the rest of one, and reads the response.</summary>
    private static async Task AskAsync(TcpClient client, string request)
    {
        await SendAsync(client, request);
        byte[] buffer = new byte[64 * 1024];
        int received = 0;
        string head;
        do
        {
            received += await ReceiveAsync(client, buffer.AsMemory(received));
            head = Latin1.Text(buffer.AsSpan(0, received));
        }
        while (!head.Contains("\r\n\r\n", StringComparison.Ordinal));

        bool isHead = request.StartsWith("HEAD", StringComparison.Ordinal);
        int expected = head.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4 + (isHead ? 0 : LengthIn(head));
        while (received < expected) received += await ReceiveAsync(client, buffer);
    }

    private static ValueTask SendAsync(TcpClient client, string text) => client.GetStream().WriteAsync(Latin1.Bytes(text));

    private static async Task<int> ReceiveAsync(TcpClient client, Memory<byte> buffer)
    {
        int count = await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout);
        return count > 0 ? count : throw new EndOfStreamException();
    }

    private static int LengthIn(string head)
    {
        const string name = "Content-Length: ";
        int start = head.IndexOf(name, StringComparison.Ordinal) + name.Length;
        return int.Parse(
            head.AsSpan(start, head.IndexOf('\r', start) - start), System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class NotingBody(Places places, int length) : ResponseBody
    {
        public override long? Length => length;

        public override async ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken)
        {
            byte[] piece = new byte[Math.Min(length, 1_000_000)];
            for (int written = 0; written < length; written += piece.Length)
            {
                places.Note("write");
                await output.WriteAsync(piece, cancellationToken);
            }

            places.Note("write");
        }

        public override ValueTask DisposeAsync()
        {
            places.Note("dispose");
            return base.DisposeAsync();
        }
    }

    private sealed class NotingSource(Places places) : ContentSource
    {
        private static readonly byte[] Content = new byte[100];

        public override ContentInfo? Find(string path)
        {
            places.Note("source");
            return new ContentInfo("a.txt", IsDirectory: false, Content.Length, DateTimeOffset.UnixEpoch);
        }

        public override Stream? Open(string path, out ContentInfo info)
        {
            info = Find(path)!.Value;
            return new MemoryStream(Content);
        }

        public override IEnumerable<ContentInfo> List(string path) => [];
    }

    private sealed class NotingLog(Places places, LogLevel level) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= level;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!formatter(state, exception).Contains("stopp", StringComparison.Ordinal)
                && !formatter(state, exception).Contains("on port", StringComparison.Ordinal)) places.Note("log");
        }

        public void Dispose()
        {
        }
    }
}
