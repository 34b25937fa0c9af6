using System.Net;
using System.Net.Http.Headers;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Proxying;

/// <summary>RFC 9110 §7.6: what a gateway passes on, and what it does not.</summary>
public sealed partial class ProxyTests
{
    private static readonly IRequestHandler Next = RequestHandler.From(request => HttpResponse.Text($"next {request.Path}"));

    [Theory]
    [InlineData("/api", "", "/api", "/api")]
    [InlineData("/api", "", "/api/a%20b/%7e//?q=%2F&x", "/api/a%20b/%7e//?q=%2F&x")]
    [InlineData("/api", "", "/api/b/../a", "/api/a")]
    [InlineData("/api", "/", "/api/a?x", "/a?x")]
    [InlineData("/api", "/", "/api", "/")]
    [InlineData("/api", "/v1/", "/api/a", "/v1/a")]
    [InlineData("/api", "/v1", "/%61pi/a", "/v1/a")]
    [InlineData("/my api", "", "/my%20api/a", "/my%20api/a")]
    [InlineData("/", "", "/a", "/a")]
    [InlineData("/", "/v1", "/a", "/v1/a")]
    [InlineData("/api", "", "/apiary", null)]
    [InlineData("/api", "", "/a", null)]
    public async Task The_path_goes_on_as_it_was_sent(string prefix, string targetPath, string sent, string? received)
    {
        using RawTarget target = new("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using ProxyHandler proxy = new(prefix, new Uri(target.Url.OriginalString + targetPath), Next);

        string answer = (await Wire.ExchangeAsync(proxy, Latin1.Bytes($"GET {sent} HTTP/1.1\r\nHost: a\r\n\r\n"))).Text;

        if (received is null) answer.Should().Contain("next ");
        else target.Head.Should().StartWith($"GET {received} HTTP/1.1\r\n");
    }

    [Fact]
    public async Task A_timer_that_fires_while_its_request_ends_ends_no_process()
    {
        KeepingClock clock = new();
        using RawTarget target = new("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using ProxyHandler proxy = new("/", target.Url, Next);
        await using PwbServer server = new(proxy, new PwbServerOptions { TimeProvider = clock });
        using HttpClient client = server.CreateClient();

        (await client.GetStringAsync("/")).Should().Be("ok");

        clock.Count.Should().BePositive();
        clock.Invoking(it => it.FireAll()).Should().NotThrow("nobody would catch it");
    }

    [Fact]
    public async Task Fields_of_a_hop_stay_with_it_and_the_target_learns_who_asks()
    {
        using RawTarget target = new(
            "HTTP/1.1 404 Gone fishing\r\nX-Two: 1\r\nX-Two: 2\r\nSet-Cookie: a=b, c\r\nSet-Cookie: d\r\n"
                + "Connection: X-Secret, close\r\nX-Secret: s\r\nKeep-Alive: timeout=5\r\nServer: theirs\r\n"
                + "Content-Length: 2\r\n\r\nok");
        using ProxyHandler proxy = new("/", target.Url, Next);
        const string Head =
            "GET / HTTP/1.1\r\nHost: example.org:81\r\nConnection: X-Mine, keep-alive\r\nX-Mine: 1\r\nTE: trailers\r\n"
                + "Proxy-Authorization: x\r\nExpect: 100-continue\r\n"
                + "X-Forwarded-For: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\nX-Forwarded-Proto: https\r\nUpgrade: h2c\r\n"
                + "Cookie: a=b\r\nCookie: c=d\r\nAuthorization: Basic eA==\r\nX-Latin: \u00e9\r\n\r\n";

        string answer = (await Wire.ExchangeAsync(proxy, Latin1.Bytes(Head))).Text;

        target.Head.Split("\r\n").Where(line => !line.StartsWith("Via: 1.1 pwb-", StringComparison.Ordinal))
            .Should().BeEquivalentTo(
                ["GET / HTTP/1.1", "Host: example.org:81", "Cookie: a=b; c=d", "Authorization: Basic eA==", "X-Latin: \u00e9",
                    "X-Forwarded-Host: example.org:81", "X-Forwarded-Proto: http", "", ""]);
        answer.Should().StartWith("HTTP/1.1 404 Not Found\r\n").And.Contain("\r\nX-Two: 1\r\nX-Two: 2\r\n")
            .And.Contain("\r\nSet-Cookie: a=b, c\r\nSet-Cookie: d\r\n")
            .And.Contain("\r\nServer: theirs\r\n").And.EndWith("\r\n\r\nok").And.NotContain("Secret")
            .And.NotContain("Keep-Alive");
    }

    [Fact]
    public async Task A_target_elsewhere_gets_its_own_name_and_no_password_that_was_for_us()
    {
        using RawTarget target = new("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using ProxyHandler proxy = new("/", target.Url, Next, new ProxyOptions { KeepsHost = false });
        using HttpClient client = new PwbServer(new BasicAuthenticationHandler("r", "a", "b", proxy)).CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("a:b"u8));

        (await client.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.OK);

        target.Head.Should().Contain($"\r\nHost: {target.Url.Authority}\r\n").And.Contain("\r\nX-Forwarded-Host: localhost\r\n")
            .And.NotContain("Authorization");
    }

    [Theory]
    [InlineData(
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Unspecified\r\n")]
    [InlineData("HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 405 Method Not Allowed\r\nAllow:")]
    [InlineData(
        "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 7\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 206 Partial Content\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 502 Bad Gateway\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", "HTTP/1.1 502 Bad Gateway\r\n")]
    [InlineData("HTTP/1.1 700 Odd\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 502 Bad Gateway\r\n")]
    [InlineData("garbage\r\n\r\n", "HTTP/1.1 502 Bad Gateway\r\n")]
    [InlineData("", "HTTP/1.1 502 Bad Gateway\r\n")]
    public async Task What_a_target_says_becomes_a_valid_response_or_502(string said, string answered)
    {
        using RawTarget target = new(said);
        using ProxyHandler proxy = new("/", target.Url, Next);

        Outcome outcome = await Wire.ExchangeAsync(proxy, Latin1.Bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));

        outcome.Text.Should().StartWith(answered);
    }

    [Fact]
    public async Task A_response_that_breaks_off_never_looks_whole()
    {
        using RawTarget target = new("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok");
        using ProxyHandler proxy = new("/", target.Url, Next);
        using HttpClient client = new PwbServer(proxy).CreateClient();

        await FluentActions.Awaiting(() => client.GetStringAsync("/")).Should().ThrowAsync<HttpRequestException>();
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked", 0, true)]
    [InlineData("Transfer-Encoding: chunked", 200_000, false)]
    [InlineData("Content-Length: 200001", 200_000, false)]
    public async Task A_target_that_fails_in_its_content_is_502_or_a_cut_with_the_reason_in_the_log(
        string framing, int sent, bool isWhole)
    {
        string content = new('a', sent);
        bool isChunked = framing.EndsWith("chunked", StringComparison.Ordinal);
        if (isChunked) content = sent == 0 ? "x\r\n" : $"{sent:X}\r\n{content}\r\nx\r\n";
        using LogLines log = new();
        using LogLines serverLog = new();
        using RawTarget target = new($"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n{content}");
        using ProxyHandler proxy = new("/", target.Url, Next, new ProxyOptions { Logger = log });
        await using PwbServer server = new(proxy, loggerFactory: serverLog);
        ScriptedStream stream = new();
        stream.Give("GET / HTTP/1.1\r\nHost: a\r\n\r\n").EndInput();
        await server.ServeAsync(stream).WaitAsync(Wire.SafetyTimeout);

        WireResponse response = WireResponse.ParseAll(stream.Output).Should().ContainSingle().Subject;
        response.IsComplete.Should().Be(isWhole);
        response.Status.Should().Be(isWhole ? 502 : 200);
        log.Lines.Should().ContainSingle().Which.Should().Contain("502 for GET /: ");
        serverLog.Lines.Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_target_that_cannot_be_reached_is_502_with_the_reason_in_the_log()
    {
        Uri url = new($"http://127.0.0.1:{OwnPort.Take()}");
        using LogLines log = new();
        using ProxyHandler proxy = new("/api", url, Next, new ProxyOptions { Logger = log });
        using HttpClient client = new PwbServer(proxy).CreateClient();

        (await client.GetAsync("/api/a?secret")).StatusCode.Should().Be(HttpStatusCode.BadGateway);

        log.Lines.Should().ContainSingle()
            .Which.Should().StartWith($"Warning: 502 for GET /api/a: {url.OriginalString}: Connection refused");
    }

    [Fact]
    public async Task A_target_that_does_not_answer_in_time_is_504()
    {
        await using PwbServer target = await StartAsync(async request =>
        {
            await Task.Delay(Timeout.Infinite, request.Aborted);
            return HttpResponse.Text("late");
        });
        using LogLines log = new();
        using ProxyHandler proxy = new(
            "/", UrlOf(target), Next, new ProxyOptions { Logger = log, ResponseTimeout = TimeSpan.FromSeconds(0.2) });
        using HttpClient client = new PwbServer(proxy).CreateClient();

        (await client.GetAsync("/a")).StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);

        log.Lines.Should().ContainSingle().Which.Should().EndWith(": no response within 0.2 s");
    }

    [Fact]
    public async Task A_circle_ends_at_its_second_turn()
    {
        int port = OwnPort.Take();
        using ProxyHandler proxy = new("/", new Uri($"http://127.0.0.1:{port}"), Next);
        await using PwbServer front = new(
            proxy, new PwbServerOptions { EndPoints = [new ServerEndPoint(new IPEndPoint(IPAddress.Loopback, port))] });
        await front.StartAsync();
        using HttpClient client = new();

        ((int)(await client.GetAsync(new Uri($"http://127.0.0.1:{port}/"))).StatusCode).Should().Be(508);
    }

    [Fact]
    public async Task Content_that_a_client_sends_wrong_is_the_client_s_fault()
    {
        await using PwbServer target = await StartAsync(async request =>
        {
            await request.ReadBytesAsync(100);
            return HttpResponse.Text("never");
        });
        using ProxyHandler proxy = new("/", UrlOf(target), Next);

        Outcome outcome = await Wire.ExchangeAsync(
            proxy, Latin1.Bytes("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nx"));

        outcome.Text.Should().StartWith("HTTP/1.1 400 ");
    }

    [Theory]
    [InlineData("api", "http://a")]
    [InlineData("/api/", "http://a")]
    [InlineData("", "http://a")]
    [InlineData("/api", "ftp://a")]
    [InlineData("/api", "http://a/?b")]
    [InlineData("/api", "http://a/#b")]
    [InlineData("/api", "http://u:p@a/")]
    [InlineData("/api", "a")]
    public void Refuses_what_is_no_path_or_no_target(string path, string target) =>
        FluentActions.Invoking(() => new ProxyHandler(path, new Uri(target, UriKind.RelativeOrAbsolute), Next))
            .Should().Throw<ArgumentException>();

    private static Uri UrlOf(PwbServer server) => new($"http://localhost:{server.EndPoint.Port}");

    private static async Task<PwbServer> StartAsync(Func<HttpRequest, ValueTask<HttpResponse>> handle)
    {
        PwbServer server = new(RequestHandler.From(handle), new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        return server;
    }

    /// <summary>
    /// A clock whose timers can be fired also when they have been disposed of, as those that are firing just then do.
    /// </summary>
    private sealed class KeepingClock : TimeProvider
    {
        private readonly List<Action> _timers = [];

        public int Count
        {
            get
            {
                lock (_timers) return _timers.Count;
            }
        }

        public void FireAll()
        {
            Action[] timers;
            lock (_timers) timers = [.. _timers];
            foreach (Action timer in timers) timer();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (_timers) _timers.Add(() => callback(state));
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
