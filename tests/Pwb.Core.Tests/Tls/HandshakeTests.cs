using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Tls;

/// <summary>How a TLS connection begins, and how it does not.</summary>
public sealed partial class HandshakeTests
{
    private const string Get = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static readonly TlsOptions Tls = new(ServerCertificate.SelfSigned());

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Speaks_TLS_1_2_and_1_3_and_HTTP_1_1_in_it(SslProtocols protocol)
    {
        await using PwbServer server = await StartAsync();
        using TlsClient client = await TlsClient.ConnectAsync(
            server, protocols: protocol, applications: [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]);

        client.Stream.SslProtocol.Should().Be(protocol);
        client.Stream.NegotiatedApplicationProtocol.Should().Be(SslApplicationProtocol.Http11);
        await client.SendAsync(Get);
        (await client.ReadAsync()).Should().StartWith("HTTP/1.1 200 OK\r\n").And.EndWith("https /x");
    }

    [Fact]
    public async Task A_client_of_TLS_1_1_gets_the_alert_that_names_the_reason()
    {
        await using PwbServer server = await StartAsync();

        byte[] answer = await ExchangeAsync(server.EndPoint.Ip, ClientHello.Tls11);

        // Alert, fatal, protocol_version: RFC 8446 §6.2.
        answer.Should().HaveCount(7).And.StartWith([21, 3]).And.EndWith([0, 2, 2, 70]);
    }

    [Fact]
    public async Task A_client_that_speaks_nothing_but_HTTP_2_is_told_so_by_the_handshake()
    {
        await using PwbServer server = await StartAsync();

        Func<Task> connecting = () => TlsClient.ConnectAsync(server, applications: SslApplicationProtocol.Http2);

        // RFC 7301 §3.2: no_application_protocol, 120, which OpenSSL writes as "no application protocol".
        (await connecting.Should().ThrowAsync<AuthenticationException>())
            .Which.GetBaseException().Message.Should().ContainEquivalentOf("application protocol");
    }

    [Fact]
    public async Task A_client_that_speaks_nothing_but_HTTP_1_0_is_served()
    {
        await using PwbServer server = await StartAsync();
        using TlsClient client = await TlsClient.ConnectAsync(server, applications: new SslApplicationProtocol("http/1.0"));

        await client.SendAsync("GET /x HTTP/1.0\r\n\r\n");

        Latin1.Text(await client.ReadToEndAsync()).Should().StartWith("HTTP/1.1 200 OK\r\n").And.EndWith("https /x");
    }

    [Fact]
    public async Task Plain_and_TLS_end_points_stand_beside_each_other()
    {
        PwbServerOptions options = new() { EndPoints = [.. ServerEndPoint.Loopback(0), .. ServerEndPoint.Loopback(0, Tls)] };
        LogLines log = new();
        await using PwbServer server = new(RequestHandler.From(Answer), options, log);
        await server.StartAsync();

        IPEndPoint plain = server.EndPoints.First(endPoint => endPoint.Tls is null).Ip,
            tls = server.EndPoints.First(endPoint => endPoint.Tls is not null).Ip;
        server.EndPoints.Where(endPoint => endPoint.Tls is not null).Select(endPoint => endPoint.Port).Distinct()
            .Should().Equal(tls.Port).And.NotContain(plain.Port);
        Latin1.Text(await ExchangeAsync(plain, Latin1.Bytes("GET / HTTP/1.0\r\n\r\n"))).Should().EndWith("http /");
        using TlsClient client = await TlsClient.ConnectAsync(server);
        await client.SendAsync(Get);
        (await client.ReadAsync()).Should().EndWith("https /x");
        (await log.LineAsync("on port")).Should().EndWith($" http://localhost:{plain.Port}/ https://localhost:{tls.Port}/");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("G")]
    [InlineData("\u0080\u002e\u0001\u0000\u0002")] // SSL 2
    public async Task What_is_no_TLS_gets_a_400_that_can_be_read(string sent)
    {
        await using PwbServer server = await StartAsync();

        WireResponse answer =
            WireResponse.ParseAll(await ExchangeAsync(server.EndPoint.Ip, Latin1.Bytes(sent))).Should().ContainSingle().Subject;

        answer.Status.Should().Be(400);
        answer["Connection"].Should().Be("close");
        Latin1.Text(answer.Content).Should().Be("400 Bad Request: This port speaks TLS: use https.\n");
    }

    [Fact]
    public async Task A_handshake_counts_as_a_connection_and_makes_room_for_a_new_one()
    {
        await using PwbServer server = await StartAsync(new PwbServerOptions { Limits = new() { MaxConnections = 1 } });
        using TcpClient stalled = await StallAsync(server, int.MaxValue);

        using TlsClient client = await TlsClient.ConnectAsync(server);

        await ReadAllAsync(stalled.GetStream());
        await client.SendAsync(Get);
        (await client.ReadAsync()).Should().StartWith("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task Above_the_limit_a_client_gets_its_503_over_TLS()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously),
            release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IRequestHandler handler = RequestHandler.From(async (_, _) =>
        {
            entered.SetResult();
            await release.Task;
            return HttpResponse.Text("late");
        });
        await using PwbServer server = new(
            handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0, Tls), Limits = new() { MaxConnections = 1 } });
        await server.StartAsync();
        using TlsClient first = await TlsClient.ConnectAsync(server);
        await first.SendAsync(Get);
        await entered.Task.WaitAsync(Wire.SafetyTimeout);

        using TlsClient second = await TlsClient.ConnectAsync(server);
        (await second.ReadAsync()).Should().StartWith("HTTP/1.1 503 Service Unavailable\r\n");

        release.SetResult();
        (await first.ReadAsync()).Should().EndWith("late");
    }

    [Fact]
    public async Task A_connection_above_the_limit_has_no_place_that_it_could_make_room_with()
    {
        int entered = 0;
        TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously),
            release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IRequestHandler handler = RequestHandler.From(async (_, _) =>
        {
            Interlocked.Increment(ref entered);
            first.TrySetResult();
            await release.Task;
            return HttpResponse.Text("late");
        });
        await using PwbServer server = new(
            handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0, Tls), Limits = new() { MaxConnections = 1 } });
        await server.StartAsync();
        using TlsClient served = await TlsClient.ConnectAsync(server);
        await served.SendAsync(Get);
        await first.Task.WaitAsync(Wire.SafetyTimeout);
        using TcpClient stalled = await StallAsync(server, int.MaxValue); // would get its 503 after the handshake

        using TlsClient next = await TlsClient.ConnectAsync(server);

        (await next.ReadAsync()).Should().StartWith("HTTP/1.1 503 Service Unavailable\r\n");
        entered.Should().Be(1);
        release.SetResult();
        (await served.ReadAsync()).Should().EndWith("late");
    }

    [Fact]
    public async Task A_storm_of_handshakes_does_not_stop_a_plain_end_point()
    {
        PwbServerOptions options =
            new()
            {
                EndPoints = [
                new ServerEndPoint(new IPEndPoint(IPAddress.Loopback, 0)),
                new ServerEndPoint(new IPEndPoint(IPAddress.Loopback, 0)) { Tls = Tls }]
            };
        LogLines log = new();
        await using PwbServer server = new(RequestHandler.From(Answer), options, log);
        await server.StartAsync();
        List<TcpClient> storm = [];
        for (int i = 0; i < 300; i++)
        {
            TcpClient client = await ConnectAsync(server.EndPoints[1].Ip);
            storm.Add(client);
            await client.GetStream().WriteAsync(i % 3 == 0 ? ClientHello.Tls11 : ClientHello.Tls11.AsMemory(0, i % 50));
            if (i % 5 == 0) client.Client.Close(timeout: 0);
            if (i % 30 == 0) Latin1.Text(await ExchangeAsync(server.EndPoints[0].Ip, Latin1.Bytes("GET / HTTP/1.0\r\n\r\n")))
                .Should().EndWith("http /");
        }

        using TlsClient good = await TlsClient.ConnectAsync(server);
        await good.SendAsync(Get);
        (await good.ReadAsync()).Should().EndWith("https /x");
        storm.ForEach(client => client.Dispose());
        log.Lines.Should().NotContain(
            line => line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal));
    }

    private static HttpResponse Answer(HttpRequest request) => HttpResponse.Text($"{request.Scheme} {request.Path}");

    private static async Task<PwbServer> StartAsync(PwbServerOptions? options = null, LogLines? log = null)
    {
        PwbServer server = new(
            RequestHandler.From(Answer), (options ?? new PwbServerOptions()) with { EndPoints = ServerEndPoint.Loopback(0, Tls) },
            log);
        await server.StartAsync();
        return server;
    }

    private static async Task<TcpClient> ConnectAsync(IPEndPoint endPoint)
    {
        TcpClient client = new(endPoint.AddressFamily);
        await client.ConnectAsync(endPoint);
        return client;
    }

    /// <summary>Sends bytes and FIN, and takes what comes until the end.</summary>
    private static async Task<byte[]> ExchangeAsync(IPEndPoint endPoint, byte[] sent)
    {
        using TcpClient client = await ConnectAsync(endPoint);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(sent);
        client.Client.Shutdown(SocketShutdown.Send);
        return await ReadAllAsync(stream);
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using MemoryStream received = new();
        await stream.CopyToAsync(received).WaitAsync(Wire.SafetyTimeout);
        return received.ToArray();
    }
}
