using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pwb.Certificates;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Tls;

/// <summary>How a TLS connection begins, and how it does not.</summary>
public sealed class HandshakeTests
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
    public async Task Says_no_HTTP_when_nothing_was_sent()
    {
        LogLines log = new();
        await using PwbServer server = await StartAsync(log: log);

        (await ExchangeAsync(server.EndPoint.Ip, [])).Should().BeEmpty();

        (await log.LineAsync("ended")).Should().StartWith("Debug: ").And.EndWith("no TLS handshake: nothing was sent");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(30)]
    [InlineData(int.MaxValue)]
    public async Task A_handshake_that_stalls_is_aborted_at_its_deadline(int length)
    {
        ManualClock clock = new();
        LogLines log = new();
        await using PwbServer server = await StartAsync(
            new PwbServerOptions { TimeProvider = clock, Limits = new() { TlsHandshakeTimeout = TimeSpan.FromSeconds(7) } }, log);
        using TcpClient client = await StallAsync(server, length);

        clock.Advance(TimeSpan.FromSeconds(7));
        server.Tick();
        log.Lines.Should().NotContain(line => line.Contains("ended", StringComparison.Ordinal), "a deadline is never early");

        // The connection may only now get to its handshake.
        Task<string> ended = log.LineAsync("ended");
        while (!ended.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            server.Tick();
            await Task.Yield();
        }

        (await ended).Should().StartWith("Debug: ").And.EndWith("the handshake took too long");
        await client.GetStream().Invoking(ReadAllAsync).Should().ThrowAsync<IOException>("it is reset");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_goes_in_the_middle_is_one_line_at_Debug(bool reset)
    {
        LogLines log = new();
        await using PwbServer server = await StartAsync(log: log);
        using (TcpClient client = await ConnectAsync(server.EndPoint.Ip))
        {
            await client.GetStream().WriteAsync(ClientHello.Tls11.AsMemory(0, 30));
            if (reset) client.Client.Close(timeout: 0);
        }

        await log.LineAsync("no TLS handshake: ");
        string[] about = [.. log.Lines.Where(line => !line.Contains("on port", StringComparison.Ordinal))];
        about.Should().ContainSingle().Which.Should().StartWith("Debug: 127.0.0.1:").And.NotContain("\n")
            .And.NotContain("Exception");
    }

    [Fact]
    public async Task Garbage_behind_the_first_byte_is_one_line_at_Debug()
    {
        LogLines log = new();
        await using PwbServer server = await StartAsync(log: log);

        await ExchangeAsync(server.EndPoint.Ip, [0x16, .. RandomNumberGenerator.GetBytes(2000)]);

        (await log.LineAsync("no TLS handshake: ")).Should().StartWith("Debug: 127.0.0.1:").And.NotContain("\n");
        log.Lines.Should().NotContain(
            line => line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Hellos_and_records_that_are_changed_or_cut_anywhere_do_no_harm()
    {
        byte[] hello = await ClientHello.MakeAsync();
        Random random = new(1);
        LogLines log = new();
        await using PwbServer server = await StartAsync(log: log);
        for (int i = 0; i < 200; i++)
        {
            byte[] sent = (byte[])hello.Clone();
            // The first byte says TLS.
            for (int changes = random.Next(1, 5); changes > 0; changes--)
                sent[random.Next(1, sent.Length)] = (byte)random.Next(256);
            if (i % 3 == 0) sent = sent[..random.Next(1, sent.Length)];
            // A record of some type behind it.
            if (i % 5 == 0) sent = [.. sent, (byte)random.Next(20, 25), 3, 3, 0, 4, 1, 2, 3, 4];
            try
            {
                await ExchangeAsync(server.EndPoint.Ip, sent);
            }
            catch (IOException)
            {
                // What was not read when the connection was closed makes the system reset it.
            }
        }

        using TlsClient good = await TlsClient.ConnectAsync(server);
        await good.SendAsync(Get);
        (await good.ReadAsync()).Should().EndWith("https /x");
        log.Lines.Should().NotContain(
            line => line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Handshakes_that_fail_for_a_reason_of_ours_leave_a_warning_a_minute()
    {
        using RSA key = RSA.Create(1024); // too short for OpenSSL
        CertificateRequest request = new("CN=Too short", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        ManualClock clock = new();
        LogLines log = new();
        TlsOptions tls = new(new ServerCertificate(new LoadedCertificate(certificate, []))); // as if it had stopped to work
        await using PwbServer server = new(
            RequestHandler.From(Answer),
            new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0, tls), TimeProvider = clock }, log);
        await server.StartAsync();

        for (int minute = 1; minute <= 2; minute++)
        {
            for (int i = 0; i < 3; i++)
            {
                await FluentActions.Awaiting(() => TlsClient.ConnectAsync(server)).Should().ThrowAsync<Exception>();
                await log.LinesAsync("no TLS handshake: ", ((minute - 1) * 3) + i + 1);
            }

            log.Lines.Count(
                line =>
                    line.StartsWith(
                        "Warning: no TLS handshake succeeds with the certificate CN=Too short: ",
                        StringComparison.Ordinal)).Should().Be(minute);
            clock.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public async Task Handshakes_that_fail_for_a_reason_of_the_client_leave_no_warning()
    {
        LogLines log = new();
        await using PwbServer server = await StartAsync(log: log);

        await ExchangeAsync(server.EndPoint.Ip, ClientHello.Tls11);
        await log.LinesAsync("no TLS handshake: ", 1);
        await FluentActions.Awaiting(() => TlsClient.ConnectAsync(server, applications: SslApplicationProtocol.Http2))
            .Should().ThrowAsync<AuthenticationException>();
        await log.LinesAsync("no TLS handshake: ", 2);

        log.Lines.Should().NotContain(line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(int.MaxValue)]
    public async Task Stopping_does_not_wait_for_a_handshake(int length)
    {
        ManualClock clock = new(); // so that neither a deadline nor the end of the grace can be what ends it
        await using PwbServer server = await StartAsync(new PwbServerOptions { TimeProvider = clock });
        using TcpClient client = await StallAsync(server, length);

        await server.StopAsync().WaitAsync(Wire.SafetyTimeout);

        try
        {
            await ReadAllAsync(client.GetStream());
        }
        catch (IOException)
        {
            // The server had not read everything: then the system resets.
        }
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

    /// <summary>
    /// A client that sends so much of a ClientHello, waits for the answer if that is all of it, and then sends nothing more.
    /// </summary>
    private static async Task<TcpClient> StallAsync(PwbServer server, int length)
    {
        byte[] hello = await ClientHello.MakeAsync();
        TcpClient client = await ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync(hello.AsMemory(0, Math.Min(length, hello.Length)));
        if (length >= hello.Length)
            await client.GetStream().ReadAtLeastAsync(new byte[5], 5).AsTask().WaitAsync(Wire.SafetyTimeout);
        return client;
    }

    private static async Task<byte[]> ReadAllAsync(NetworkStream stream)
    {
        using MemoryStream received = new();
        await stream.CopyToAsync(received).WaitAsync(Wire.SafetyTimeout);
        return received.ToArray();
    }
}
