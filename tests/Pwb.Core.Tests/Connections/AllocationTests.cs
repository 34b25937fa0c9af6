using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.StaticFiles;

namespace Pwb.Tests.Connections;

/// <summary>
/// What a request allocates, on a connection that is kept alive. Only optimised code keeps its promises: Debug builds skip this.
/// </summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests
{
    private const int Requests = 10_000;

    // What a request costs that is its handler's own to keep: the object, its bytes, its table of field lines and its tokens.
    private const int OwnCurlRequest = 640, OwnBrowserRequest = 1_280;

    private static readonly byte[] Curl =
        "GET /11 HTTP/1.1\r\nHost: localhost:8888\r\nUser-Agent: curl/8.0\r\nAccept: */*\r\n\r\n"u8.ToArray();

    private static readonly byte[] Upload =
        "POST /11 HTTP/1.1\r\nHost: localhost:8888\r\nContent-Length: 5\r\n\r\nhello"u8.ToArray();

    private static readonly byte[] Browser = """
        GET /index.html?q=1 HTTP/1.1
        Host: localhost:8888
        Connection: keep-alive
        Upgrade-Insecure-Requests: 1
        User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36
        Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8
        Sec-Fetch-Site: none
        Sec-Fetch-Mode: navigate
        Sec-Fetch-User: ?1
        Sec-Fetch-Dest: document
        Accept-Encoding: gzip, deflate, br, zstd
        Accept-Language: en-GB,en;q=0.9,zh-CN;q=0.8
        Cookie: session=0123456789abcdef0123456789abcdef; theme=dark


        """.ReplaceLineEndings("\r\n").Select(character => (byte)character).ToArray();

    public static TheoryData<string> Heads => new("curl", "browser");

    [SkippableTheory]
    [MemberData(nameof(Heads))]
    public async Task A_fixed_response_allocates_nothing(string head)
    {
        long bytes = await MeasureAsync(
            new FixedResponseHandler(), string.Equals(head, "curl", StringComparison.Ordinal) ? Curl : Browser);
        bytes.Should().Be(0);
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("Origin: http://localhost:8888\r\n")]
    [InlineData("Origin: http://localhost:8888\r\nSec-Fetch-Site: same-origin\r\n")]
    [InlineData("Origin: https://app.example\r\nSec-Fetch-Site: cross-site\r\n")]
    public async Task The_cross_site_guard_allocates_nothing(string fields)
    {
        byte[] request = Latin1.Bytes($"POST /11 HTTP/1.1\r\nHost: localhost:8888\r\nContent-Length: 0\r\n{fields}\r\n");

        (await MeasureAsync(
            new FixedResponseHandler(), request,
            new PwbServerOptions { TrustedOrigins = ["https://app.example"] })).Should().Be(0);
    }

    [SkippableTheory]
    [InlineData("curl", "")]
    [InlineData("browser", "")]
    [InlineData("browser", "If-None-Match: {tag}\r\n")]
    [InlineData("browser", "If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT\r\n")]
    public async Task A_file_in_memory_allocates_nothing(string head, string condition)
    {
        using SiteFolder site = new();
        foreach (string name in (string[])["11", "11.br", "index.html", "index.html.br"])
        {
            site.Write(name, name);
            File.SetLastWriteTimeUtc(site.At(name), DateTime.UtcNow.AddHours(-1)); // so that no look reads it again
        }

        ManualClock clock = new();
        clock.Advance(DateTimeOffset.UtcNow - ManualClock.Start);
        StaticFileHandler handler = new(site.Root, new StaticFileOptions { TimeProvider = clock });
        byte[] request = string.Equals(head, "curl", StringComparison.Ordinal) ? Curl : Browser;
        HttpResponse first = await handler.HandleAsync(
            new HttpRequest("GET", "/index.html", null, ("Accept-Encoding", "br")), CancellationToken.None);
        byte[] conditional = [
            .. request.AsSpan(..^2), .. Latin1.Bytes(condition.Replace("{tag}", first.Headers["ETag"], StringComparison.Ordinal)),
            (byte)'\r', (byte)'\n'];

        (await MeasureAsync(handler, conditional)).Should().Be(0);
    }

    [SkippableFact]
    public async Task A_fixed_response_after_a_handler_that_waited_allocates_the_request_and_nothing_else_of_ours()
    {
        HttpResponse response = HttpResponse.Text("hello");
        var handler = RequestHandler.From(async (_, _) =>
        {
            await Task.Yield();
            return response;
        });

        // The handler's own state machine and task are its own: about 250 bytes.
        long bytes = await MeasureAsync(handler, Curl, onAllThreads: true);
        bytes.Should().BeLessThan(350 + OwnCurlRequest);
    }

    [SkippableFact]
    public async Task Reading_what_a_request_says_allocates_nothing_but_the_request_and_the_strings_asked_for()
    {
        HttpResponse response = HttpResponse.Text("hello");
        long bytes = await MeasureAsync(
            RequestHandler.From(request =>
            {
                _ = request.Method;
                _ = request.RawPath.Length + request.RawQuery.Length + request.Target.Length;
                _ = request.Headers.TryGetValue("accept"u8, out _);
                return response;
            }),
            Browser);
        bytes.Should().BeInRange(1, OwnBrowserRequest);
    }

    [SkippableTheory]
    [MemberData(nameof(Heads))]
    public async Task A_file_from_the_cache_allocates_nothing(string head)
    {
        string folder = Directory.CreateTempSubdirectory("pwb-allocations").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "11"), new string('x', 4096));
            await File.WriteAllTextAsync(Path.Combine(folder, "index.html"), new string('x', 4096));
            StaticFileHandler handler = new(folder, new StaticFileOptions { TimeProvider = new ManualClock() });
            long bytes = await MeasureAsync(handler, string.Equals(head, "curl", StringComparison.Ordinal) ? Curl : Browser);
            bytes.Should().Be(0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [SkippableFact]
    public async Task A_small_response_that_is_made_anew_allocates_little()
    {
        byte[] content = new byte[200];
        long bytes = await MeasureAsync(
            RequestHandler.From(_ => HttpResponse.Bytes(content, contentType: "application/json")), Curl);
        bytes.Should().BeLessThan(
            600 + OwnCurlRequest, "the request, the response, its body, its head and what it takes to make that");
    }

    [SkippableTheory]
    [InlineData(true, SocketEngine.Runtime)]
    [InlineData(false, SocketEngine.Runtime)]
    [InlineData(true, SocketEngine.Epoll)]
    [InlineData(false, SocketEngine.Epoll)]
    public async Task A_response_over_a_socket_allocates_nothing_but_the_request_wherever_the_handler_runs(
        bool neverBlocks, SocketEngine engine)
    {
        Skip.If(IsDebug, "Allocations are measured in Release builds only.");

        HttpResponse response = HttpResponse.Text("hello");
        await using PwbServer server = new(
            RequestHandler.From(_ => response, neverBlocks),
            new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0), SocketEngine = engine });
        await server.StartAsync();
        using Socket client = new(SocketType.Stream, ProtocolType.Tcp);
        Connect(client, server.EndPoint.Ip);
        byte[] buffer = new byte[1024];
        Ask(Requests);
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Ask(Requests);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        (least / Requests).Should().BeInRange(1, OwnCurlRequest);

        // Without async, not once: only then does a socket allocate nothing for a client that waits.
        static void Connect(Socket client, EndPoint server) => client.Connect(server);

        void Ask(int requests)
        {
            for (int i = 0; i < requests; i++)
            {
                client.Send(Curl);
                client.Receive(buffer);
            }
        }
    }

    [SkippableFact]
    public async Task Content_that_is_dropped_costs_one_small_object()
    {
        long bytes = await MeasureAsync(new FixedResponseHandler(), Upload);
        bytes.Should().BeLessThan(300);
    }

    [SkippableFact]
    public async Task Who_listens_pays_and_nobody_does_when_the_listener_is_gone()
    {
        long measured, traced;
        using (MeterListener listener = new() { InstrumentPublished = EnableOurs })
        {
            listener.SetMeasurementEventCallback<double>((_, _, _, _) => { });
            listener.Start();
            measured = await MeasureAsync(new FixedResponseHandler(), Curl);
        }

        using (ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == PwbTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        })
        {
            ActivitySource.AddActivityListener(listener);
            traced = await MeasureAsync(new FixedResponseHandler(), Curl);
        }

        measured.Should().BePositive("else this would not notice what is paid").And.BeLessThan(500);
        traced.Should().BeGreaterThan(measured).And.BeLessThan(4000);
        (await MeasureAsync(new FixedResponseHandler(), Curl)).Should().Be(0);

        static void EnableOurs(Instrument instrument, MeterListener listener)
        {
            if (instrument.Meter.Name == PwbTelemetry.MeterName) listener.EnableMeasurementEvents(instrument);
        }
    }

    /// <summary>
    /// Bytes per request, after a warm-up: the smallest of several rounds. On the thread that serves the connection, or on all
    /// threads, of which others in the process allocate meanwhile, too: a byte or two for each request of a busy machine.
    /// </summary>
    private static async Task<long> MeasureAsync(
        IRequestHandler handler, byte[] request, PwbServerOptions? options = null, bool onAllThreads = false)
    {
        Skip.If(IsDebug, "Allocations are measured in Release builds only.");

        await using PwbServer server = new(handler, options);
        LoopingStream stream = new(request);
        Task serving = server.ServeAsync(stream);
        await stream.RunAsync(Requests);
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await stream.RunAsync(Requests);
            long allocated = onAllThreads ? GC.GetTotalAllocatedBytes(precise: true) - before : stream.Allocated;
            least = Math.Min(least, allocated);
        }

        stream.End();
        await serving;
        return least / Requests;
    }

    private static bool IsDebug => typeof(PwbServer).Assembly.GetCustomAttributes(typeof(DebuggableAttribute), false)
        .OfType<DebuggableAttribute>().Any(attribute => attribute.IsJITOptimizerDisabled);
}
