using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pwb.Certificates;
using Pwb.Tests.Infrastructure;
using Pwb.Time;

namespace Pwb.Tests.Tls;

/// <content>Handshakes that fail, stall or are stopped.</content>
public sealed partial class HandshakeTests
{
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
    public async Task Stopping_waits_for_a_handshake_no_longer_than_for_a_newcomer(int length)
    {
        ManualClock clock = new(); // so that neither a deadline nor the end of the grace can be what ends it
        await using PwbServer server = await StartAsync(new PwbServerOptions { TimeProvider = clock });
        using TcpClient client = await StallAsync(server, length);
        await ServerWait.UntilAsync(server, Wait.Handshake);

        Task stopping = server.StopAsync();
        clock.Advance(TimeSpan.FromSeconds(2));
        server.Tick();
        await stopping.WaitAsync(Wire.SafetyTimeout);

        try
        {
            await ReadAllAsync(client.GetStream());
        }
        catch (IOException)
        {
            // The server had not read everything: then the system resets.
        }
    }

    // A client that connected just before a stop sends its request once, and nobody else answers it.
    [Fact]
    public async Task A_handshake_that_has_just_begun_at_a_stop_is_made_and_its_request_answered()
    {
        await using PwbServer server = await StartAsync(new PwbServerOptions { TimeProvider = new ManualClock() });
        using TcpClient client = await ConnectAsync(server.EndPoint.Ip);
        await ServerWait.UntilAsync(server, Wait.Handshake);

        Task stopping = server.StopAsync();
        server.Tick();
        SslClientAuthenticationOptions trusting = new()
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        };
        await using SslStream session = new(client.GetStream());
        await session.AuthenticateAsClientAsync(trusting).WaitAsync(Wire.SafetyTimeout);
        server.Tick();
        await session.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());

        Latin1.Text(await ReadAllAsync(session)).Should().StartWith("HTTP/1.1 200 OK").And.Contain("Connection: close");
        client.Close();
        await stopping.WaitAsync(Wire.SafetyTimeout);
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
}
