using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Server;

public sealed class ProxyProtocolTests
{
    private const string Header = "PROXY TCP4 203.0.113.9 198.51.100.2 50003 443\r\n";
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private static readonly IRequestHandler WhoAsks = RequestHandler.From(request =>
    {
        HttpConnectionInfo connection = request.Connection;
        return HttpResponse.Text(
            $"{request.Scheme} {connection.RemoteEndPoint} {connection.LocalEndPoint} "
                + $"{(connection.ProxyEndPoint as IPEndPoint)?.Address}");
    });

    [Fact]
    public async Task Requests_and_the_log_are_of_the_client_and_the_proxy_is_kept()
    {
        using LogLines log = new();
        await using PwbServer server = await StartAsync(
            Here() with { ProxyProtocolFrom = [IPNetwork.Parse("127.0.0.0/8")] }, log);

        string answer = await AskAsync(server, Header + "GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\n" + Get);

        answer.Split("http 203.0.113.9:50003 198.51.100.2:443 127.0.0.1").Should().HaveCount(3);
        (await log.LineAsync("GET /1 HTTP/1.1\" 200")).Should().StartWith("Information: 203.0.113.9:50003 ");
    }

    [Theory]
    [InlineData("PROXY UNKNOWN\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0")]
    public async Task A_proxy_may_speak_for_itself(string header)
    {
        await using PwbServer server = await StartAsync(Here() with { ProxyProtocolFrom = [IPNetwork.Parse("127.0.0.1/32")] });

        (await AskAsync(server, header + Get)).Should().MatchRegex(@"http 127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+ $");
    }

    [Theory]
    [InlineData("127.0.0.1/32", Get, "did not begin with a header")]
    [InlineData("127.0.0.1/32", "PROXY TCP4 1.2.3.4\r\n" + Get, "did not begin with a header")]
    [InlineData("192.0.2.0/24", Header + Get, "is not one of the proxies")]
    public async Task Anything_else_is_closed_without_an_answer(string proxies, string input, string why)
    {
        using LogLines log = new();
        ManualClock clock = new();
        await using PwbServer server = await StartAsync(
            Here() with { ProxyProtocolFrom = [IPNetwork.Parse(proxies)] }, log, clock);

        for (int i = 0; i < 3; i++) (await AskAsync(server, input)).Should().BeEmpty();

        (await log.LineAsync("was closed")).Should().StartWith("Warning: a connection of 127.0.0.1:").And.Contain(why);
        log.Lines.Count(line => line.Contains("was closed")).Should().Be(1, "a scanner does not fill the log");
        clock.Advance(TimeSpan.FromSeconds(5));
        (await AskAsync(server, input)).Should().BeEmpty();
        log.Lines.Count(line => line.Contains("was closed")).Should().Be(2);
    }

    [Fact]
    public async Task Where_it_is_not_asked_for_a_header_is_a_bad_request()
    {
        await using PwbServer server = await StartAsync(Here());

        (await AskAsync(server, Header + Get)).Should().StartWith("HTTP/1.1 400");
    }

    [Fact]
    public async Task Comes_before_TLS()
    {
        await using PwbServer server = await StartAsync(
            Here() with
            {
                ProxyProtocolFrom = [IPNetwork.Parse("127.0.0.1/32")],
                Tls = new TlsOptions(ServerCertificate.SelfSigned()),
            });
        using TcpClient tcp = await ConnectAsync(server);
        await tcp.GetStream().WriteAsync(Latin1.Bytes(Header));
        await using SslStream session = new(tcp.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await session.AuthenticateAsClientAsync("localhost").WaitAsync(Wire.SafetyTimeout);
        await session.WriteAsync(Latin1.Bytes(Get));

        Latin1.Text(await Wire.ReadAllAsync(session, CancellationToken.None)).Should().EndWith(
            "https 203.0.113.9:50003 198.51.100.2:443 127.0.0.1");
        (await AskAsync(server, Header + Get)).Should().StartWith("HTTP/1.1 400", "there the client is wrong, not the proxy");
    }

    [Fact]
    public async Task Has_the_time_of_a_handshake()
    {
        ManualClock clock = new();
        ScriptedStream stream = new();
        stream.Give(Header[..20]);
        ServerEndPoint endPoint = ServerEndPoint.Over(new OneConnection(stream)) with { ProxyProtocolFrom = [] };
        await using PwbServer server = new(WhoAsks, new PwbServerOptions { EndPoints = [endPoint], TimeProvider = clock });
        await server.StartAsync();
        await stream.WaitUntilIdleAsync().WaitAsync(Wire.SafetyTimeout);
        clock.Advance(TimeSpan.FromSeconds(9));
        server.Tick();
        Task disposed = stream.WaitUntilDisposedAsync();
        disposed.IsCompleted.Should().BeFalse();

        clock.Advance(TimeSpan.FromSeconds(3));
        server.Tick();

        await disposed.WaitAsync(Wire.SafetyTimeout);
        stream.Output.Should().BeEmpty();
    }

    [Fact]
    public async Task A_client_that_is_one_too_many_is_told_so_after_the_header()
    {
        await using PwbServer server = new(WhoAsks, new PwbServerOptions
        {
            EndPoints = [Here() with { ProxyProtocolFrom = [IPNetwork.Parse("127.0.0.1/32")] }],
            Limits = new PwbServerLimits { MaxConnections = 1 },
        });
        await server.StartAsync();
        using TcpClient first = await ConnectAsync(server);
        await first.GetStream().WriteAsync(Latin1.Bytes(Header + "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET"));
        byte[] start = new byte[12];
        await first.GetStream().ReadExactlyAsync(start);

        (await AskAsync(server, Header + Get)).Should().StartWith("HTTP/1.1 503");
    }

    [Fact]
    public async Task A_Unix_domain_socket_needs_no_list_of_addresses()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("pwb-");
        string path = Path.Combine(folder.FullName, "s");
        await using (PwbServer server = await StartAsync(ServerEndPoint.Unix(path) with { ProxyProtocolFrom = [] }))
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            await using NetworkStream stream = new(socket);
            await stream.WriteAsync(Latin1.Bytes(Header + Get));
            Latin1.Text(await Wire.ReadAllAsync(stream, CancellationToken.None)).Should().EndWith(
                "http 203.0.113.9:50003 198.51.100.2:443 ");
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_list_of_nobody_or_everybody_is_refused_where_it_is_given()
    {
        foreach (IPNetwork[] networks in (IPNetwork[][])[
            [], [IPNetwork.Parse("0.0.0.0/0")], [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("::/0")]])
            FluentActions.Invoking(() => Here() with { ProxyProtocolFrom = networks }).Should().Throw<ArgumentException>();
    }

    private static ServerEndPoint Here() => new(new IPEndPoint(IPAddress.Loopback, 0));

    private static async Task<PwbServer> StartAsync(ServerEndPoint endPoint, LogLines? log = null, TimeProvider? clock = null)
    {
        PwbServer server = new(
            WhoAsks, new PwbServerOptions { EndPoints = [endPoint], TimeProvider = clock ?? TimeProvider.System }, log);
        await server.StartAsync();
        return server;
    }

    private static async Task<TcpClient> ConnectAsync(PwbServer server)
    {
        TcpClient tcp = new();
        await tcp.ConnectAsync(server.EndPoint.Ip);
        return tcp;
    }

    private static async Task<string> AskAsync(PwbServer server, string input)
    {
        using TcpClient tcp = await ConnectAsync(server);
        await tcp.GetStream().WriteAsync(Latin1.Bytes(input));
        return await ReadAsync(tcp);
    }

    // A connection that is closed unread ends in a reset.
    private static async Task<string> ReadAsync(TcpClient tcp)
    {
        MemoryStream all = new();
        try
        {
            await tcp.GetStream().CopyToAsync(all).WaitAsync(Wire.SafetyTimeout);
        }
        catch (IOException)
        {
            // as above
        }

        return Latin1.Text(all.ToArray());
    }

    private sealed class OneConnection(Stream stream) : IConnectionListener
    {
        private Stream? _stream = stream;

        public async ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellationToken)
        {
            if (Interlocked.Exchange(ref _stream, null) is { } first) return new AcceptedConnection(first);
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return null;
        }
    }
}
