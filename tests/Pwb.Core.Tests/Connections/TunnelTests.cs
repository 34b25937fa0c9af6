using System.Net;
using System.Net.Sockets;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Connections;

/// <summary>CONNECT where an option lets it reach the handler: RFC 9110 §9.3.6.</summary>
public sealed class TunnelTests
{
    private const string Connect = "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n";
    private const string Smuggled = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n";

    private static readonly PwbServerOptions Allowing = new() { AllowConnect = true, EndPoints = ServerEndPoint.Loopback(0) };

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(1_000_000)]
    public async Task Has_every_byte_behind_the_head_and_a_response_without_framing(int size)
    {
        Wire wire = new(_ => TunnelResponse.From(EchoAsync, ("X", "y")), Allowing);
        ScriptedStream stream = new();
        foreach (byte[] segment in Latin1.Bytes(Connect + Smuggled).Chunk(size)) stream.Give(segment);
        stream.EndInput();
        Outcome outcome = await wire.Open(stream).EndAsync();

        outcome.RequestLines.Should().Equal("CONNECT example.org:443");
        string output = Latin1.Text(outcome.Output);
        output.Should().StartWith("HTTP/1.1 200 OK\r\nX: y\r\n").And.EndWith("\r\n\r\n" + Smuggled);
        output[..output.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Should()
            .NotContain("Content-").And.NotContain("Transfer-Encoding").And.NotContain("Connection");
    }

    [Fact]
    public async Task Is_asked_for_by_host_and_port_which_the_host_list_does_not_know()
    {
        string? seen = null;
        Wire wire = new(
            request =>
            {
                seen = $"{request.Method} {request.Host} {request.Path} '{request.RawQuery.Length}'";
                return TunnelResponse.From(EchoAsync);
            },
            Allowing with { AllowedHosts = ["localhost"] });

        Outcome outcome = await wire.ExchangeAsync(Connect + "x");
        Latin1.Text(outcome.Output).Should().StartWith("HTTP/1.1 200 OK").And.EndWith("\r\n\r\nx");
        seen.Should().Be("CONNECT example.org:443 / '0'");
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n")]
    public async Task Is_not_to_be_had_with_content(string field)
    {
        Wire wire = new(_ => TunnelResponse.From(EchoAsync), Allowing);
        Outcome outcome = await wire.ExchangeAsync($"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n{field}\r\n{Smuggled}");
        outcome.Response().Status.Should().Be(405);
        outcome.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Is_not_for_pages_of_other_sites_where_those_are_told_apart()
    {
        Wire wire = new(_ => TunnelResponse.From(EchoAsync), Allowing with { TrustedOrigins = [] });
        Outcome outcome = await wire.ExchangeAsync(
            "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nOrigin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\n\r\n");
        outcome.Response().Status.Should().Be(403);
    }

    // A client believes any 2xx, and takes what follows for the tunnel's bytes.
    [Theory]
    [InlineData(200, 405)]
    [InlineData(204, 405)]
    [InlineData(403, 403)]
    [InlineData(302, 302)]
    public async Task Is_opened_by_no_other_response_which_is_the_connections_last(int status, int expected)
    {
        Wire wire = new(_ => new HttpResponse(status), Allowing);
        Outcome outcome = await wire.ExchangeAsync(Connect + Smuggled);
        WireResponse response = outcome.Response();
        response.Status.Should().Be(expected);
        response["Connection"].Should().Be("close");
        outcome.RequestLines.Should().Equal("CONNECT example.org:443");
    }

    [Fact]
    public async Task Is_opened_by_no_response_whose_status_comes_later()
    {
        Wire wire = new(
            _ => DeferredResponse.From((starter, _) =>
            {
                starter.Start(new HttpResponse(200));
                return default;
            }),
            Allowing);
        (await wire.ExchangeAsync(Connect + Smuggled)).Response().Status.Should().Be(405);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")]
    public async Task Is_an_error_of_the_handler_where_nobody_asked_for_it(string request)
    {
        MemoryStream target = new();
        Wire wire = new(_ => TunnelResponse.To(target, CancellationToken.None), Allowing);
        (await wire.ExchangeAsync(request)).Response().Status.Should().Be(500);
        target.CanRead.Should().BeFalse("it is disposed of all the same");
    }

    [Fact]
    public async Task Is_refused_by_handlers_that_know_none()
    {
        FixedResponseHandler answers = new();
        using ProxyHandler proxy = new("/", new Uri("http://localhost:1/"), answers);
        Router router = new([new Route("GET /", _ => HttpResponse.Text("x"))]);
        foreach (IRequestHandler handler in (IRequestHandler[])[proxy, router, answers, new HealthHandler(answers)])
        {
            Outcome outcome = await new Wire(handler, Allowing).ExchangeAsync(Connect + Smuggled);
            outcome.Response().Status.Should().Be(405, "{0} has no tunnels", handler);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Leads_to_another_server_and_ends_when_that_does(bool tls)
    {
        using TcpListener target = new(IPAddress.Loopback, 0);
        target.Start();
        await using PwbServer server = new(
            RequestHandler.From(async (request, token) =>
            {
                TcpClient to = new();
                await to.ConnectAsync(IPEndPoint.Parse(request.Host), token);
                return TunnelResponse.To(to.GetStream(), request.Stopping);
            }),
            Allowing with
            {
                EndPoints = ServerEndPoint.Loopback(0, tls ? new TlsOptions(ServerCertificate.SelfSigned()) : null),
            });
        await server.StartAsync();
        using TcpClient? plain = tls ? null : new TcpClient();
        using TlsClient? secure = tls ? await TlsClient.ConnectAsync(server) : null;
        if (plain is not null) await plain.ConnectAsync(server.EndPoint.Ip);
        Stream client = plain?.GetStream() ?? (Stream)secure!.Stream;

        string place = target.LocalEndpoint.ToString()!;
        await client.WriteAsync(Latin1.Bytes($"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\nup"));
        using TcpClient other = await target.AcceptTcpClientAsync().WaitAsync(Wire.SafetyTimeout);
        byte[] buffer = new byte[2];
        await other.GetStream().ReadExactlyAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout);
        Latin1.Text(buffer).Should().Be("up");
        await other.GetStream().WriteAsync("down"u8.ToArray());
        other.Close();

        using MemoryStream output = new();
        await client.CopyToAsync(output).WaitAsync(Wire.SafetyTimeout);
        Latin1.Text(output.ToArray()).Should().StartWith("HTTP/1.1 200 OK\r\n").And.EndWith("\r\n\r\ndown");
    }

    // As every HttpClient behind a proxy asks for https.
    [Fact]
    public async Task Leads_a_client_of_NET_to_a_server_over_TLS_and_ends_when_the_server_stops()
    {
        await using PwbServer target = new(
            RequestHandler.From(_ => HttpResponse.Text("through the tunnel")),
            new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0, new TlsOptions(ServerCertificate.SelfSigned())) });
        await target.StartAsync();
        List<string> asked = [];
        await using PwbServer server = new(
            RequestHandler.From(async (request, token) =>
            {
                asked.Add($"{request.Method} {request.Host}");
                TcpClient to = new();
                await to.ConnectAsync(target.EndPoint.Ip, token);
                return TunnelResponse.To(to.GetStream(), request.Stopping);
            }),
            Allowing);
        await server.StartAsync();
        using HttpClientHandler handler = new()
        {
            Proxy = new WebProxy(server.EndPoint.Ip.ToString()),
            ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate is not null,
        };
        using HttpClient client = new(handler);

        (await client.GetStringAsync("https://localhost/")).Should().Be("through the tunnel");
        asked.Should().Equal("CONNECT localhost:443");

        await server.StopAsync().WaitAsync(Wire.SafetyTimeout); // although the client keeps its connection for another request
    }

    // RFC 9110 §9.3.6: what came from the side that has closed is still sent to the other. A server that has answered and closed
    // refuses what the client sends meanwhile, and its answer may still be under way.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Passes_on_what_a_side_has_said_that_takes_no_more(bool targetTakesNoMore)
    {
        TaskCompletionSource isRefused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Side closed = new("its answer", isRefused, takesMore: false), other = new("more", isRefused, takesMore: true);
        HttpResponse response = TunnelResponse.To(targetTakesNoMore ? closed : other, CancellationToken.None);
        await response.Body.WriteToAsync(targetTakesNoMore ? other : closed, CancellationToken.None).AsTask()
            .WaitAsync(Wire.SafetyTimeout);
        Latin1.Text(other.Taken.ToArray()).Should().Be("its answer");
    }

    // As above, where the other side is slow: a client that has sent FIN is told to the request after a second.
    [Fact]
    public async Task Waits_for_a_slow_target_to_take_what_the_client_has_said_before_its_end()
    {
        TaskCompletionSource isTold = new(TaskCreationOptions.RunContinuationsAsynchronously);
        SlowTarget target = new();
        Wire wire = new(
            request =>
            {
                request.Aborted.Register(isTold.SetResult);
                return TunnelResponse.To(target, request.Stopping);
            },
            Allowing);
        ScriptedStream stream = new();
        stream.Give(Connect + "last words").EndInput();
        Task<Outcome> end = wire.Open(stream).EndAsync();
        await target.IsAsked.Task.WaitAsync(Wire.SafetyTimeout);
        wire.Clock.Advance(TimeSpan.FromSeconds(5));
        await isTold.Task.WaitAsync(Wire.SafetyTimeout);

        target.Takes.SetResult();
        await end.WaitAsync(Wire.SafetyTimeout);
        target.Taken.Should().Be("last words");
    }

    [Fact]
    public async Task Is_disposed_of_also_where_it_was_never_opened()
    {
        MemoryStream target = new();
        HttpResponse response = TunnelResponse.To(target, CancellationToken.None);
        await response.Body.DisposeAsync();
        target.CanRead.Should().BeFalse();
        FluentActions.Invoking(() => TunnelResponse.To(null!, CancellationToken.None)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => TunnelResponse.From(null!)).Should().Throw<ArgumentNullException>();
    }

    private static async ValueTask EchoAsync(Stream stream, CancellationToken token) => await stream.CopyToAsync(stream, token);

    // One side of a tunnel. The one that takes no more says something once the other has gone on behind the write that failed.
    private sealed class Side(string says, TaskCompletionSource isRefused, bool takesMore) : OddStream
    {
        private int _reads;

        public MemoryStream Taken { get; } = new();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            bool isFirst = Interlocked.Increment(ref _reads) == 1;
            if (takesMore && !isFirst)
            {
                isRefused.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            if (!takesMore) await isRefused.Task.WaitAsync(cancellationToken);
            if (!isFirst) return 0;
            Latin1.Bytes(says).CopyTo(buffer);
            return says.Length;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            takesMore ? Taken.WriteAsync(buffer, cancellationToken) : throw new IOException("It has closed.");
    }

    // Says nothing, and takes what it is asked to take only when it may.
    private sealed class SlowTarget : OddStream
    {
        public TaskCompletionSource IsAsked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Takes { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Taken { get; private set; } = "";

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            IsAsked.TrySetResult();
            await Takes.Task.WaitAsync(cancellationToken);
            Taken += Latin1.Text(buffer.ToArray());
        }
    }
}
