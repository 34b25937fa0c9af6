using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Tls;

/// <summary>Mutual TLS: which clients are served, and what the others are told.</summary>
public sealed partial class ClientCertificateTests
{
    private const string NoCertificate = "", Good = "good", WithoutIntermediate = "without its intermediate", Foreign = "foreign",
        Expired = "expired", ForServers = "for servers";

    private const string Missing = "A client certificate is needed.", Refused = "The client certificate is not accepted.";

    private static readonly CertificateChain Chain = new("client.example"), Other = new("client.example");
    private static readonly ServerCertificate Server = ServerCertificate.SelfSigned();

    public static TheoryData<ClientCertificateMode, SslProtocols, string, string?> Cases
    {
        get
        {
            TheoryData<ClientCertificateMode, SslProtocols, string, string?> cases = [];
            foreach (SslProtocols protocol in (SslProtocols[])[SslProtocols.Tls12, SslProtocols.Tls13])
            {
                cases.Add(ClientCertificateMode.None, protocol, NoCertificate, null);
                cases.Add(ClientCertificateMode.None, protocol, Foreign, null);
                cases.Add(ClientCertificateMode.Accept, protocol, NoCertificate, null);
                cases.Add(ClientCertificateMode.Accept, protocol, Good, null);
                cases.Add(ClientCertificateMode.Accept, protocol, Foreign, Refused);
                cases.Add(ClientCertificateMode.Require, protocol, NoCertificate, Missing);
                cases.Add(ClientCertificateMode.Require, protocol, Good, null);
                cases.Add(ClientCertificateMode.Require, protocol, WithoutIntermediate, Refused);
                cases.Add(ClientCertificateMode.Require, protocol, Foreign, Refused);
                cases.Add(ClientCertificateMode.Require, protocol, Expired, Refused);
                cases.Add(ClientCertificateMode.Require, protocol, ForServers, Refused);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Serves_whom_it_should_and_tells_others_why(
        ClientCertificateMode mode, SslProtocols protocol, string kind, string? why)
    {
        LogLines log = new();
        await using PwbServer server = await StartAsync(
            new TlsOptions(Server)
            {
                ClientCertificates = mode,
                ClientCertificateAuthorities = mode == ClientCertificateMode.None ? null : [Chain.Root],
            }, log: log);

        string answer = await AskAsync(server, protocol, ContextOf(kind));

        answer.Should().StartWith(why is null ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 403 Forbidden\r\n");
        if (why is not null) answer.Should().Contain("\r\nConnection: close\r\n").And.EndWith($"403 Forbidden: {why}\n");
        log.Lines.Should().NotContain(line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(SocketEngine.Runtime)]
    [InlineData(SocketEngine.Epoll)]
    public async Task Handshakes_are_made_in_the_pool(SocketEngine engine)
    {
        bool? isInPool = null;
        TlsOptions tls = new(Server)
        {
            ClientCertificates = ClientCertificateMode.Require,
            ClientCertificateAuthorities = [Chain.Root],
            ClientCertificateValidator = (_, _, _) =>
            {
                isInPool = Thread.CurrentThread.IsThreadPoolThread;
                return true;
            },
        };
        await using PwbServer server = new(
            new FixedResponseHandler(),
            new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0, tls), SocketEngine = engine });
        await server.StartAsync();

        (await AskAsync(server, SslProtocols.Tls13, ContextOf(Good))).Should().StartWith("HTTP/1.1 200 OK");
        isInPool.Should().BeTrue();
    }

    [Fact]
    public async Task A_client_that_keeps_its_certificate_to_itself_is_gone_at_the_deadline_of_the_handshake()
    {
        ManualClock clock = new();
        LogLines log = new();
        await using PwbServer server = await StartAsync(
            new TlsOptions(Server) { ClientCertificates = ClientCertificateMode.Require }, clock, log);
        using TcpClient client = new();
        await client.ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync(await ClientHello.MakeAsync());
        await client.GetStream().ReadAtLeastAsync(new byte[5], 5).AsTask().WaitAsync(Wire.SafetyTimeout);

        Task<string> ended = log.LineAsync("ended");
        while (!ended.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            server.Tick();
            await Task.Yield();
        }

        (await ended).Should().EndWith("the handshake took too long");
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_client_that_comes_again_with_its_session_is_known_by_its_certificate(SslProtocols protocol)
    {
        // A session has the client's certificate, but not its intermediate.
        await using PwbServer server = await StartAsync(
            new TlsOptions(ServerCertificate.SelfSigned())
            {
                ClientCertificates = ClientCertificateMode.Require,
                ClientCertificateAuthorities = [Chain.Root],
            });
        SslStreamCertificateContext certificate = ContextOf(Good)!;

        for (int i = 0; i < 3; i++)
            (await AskAsync(server, protocol, certificate, $"again.{protocol}.example")).Should().StartWith("HTTP/1.1 200 OK");
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task The_handler_sees_the_certificate_and_the_version_also_after_the_end(SslProtocols protocol)
    {
        HttpConnectionInfo? connection = null;
        IRequestHandler handler = RequestHandler.From(request =>
        {
            connection = request.Connection;
            return HttpResponse.Text($"{request.Scheme} {request.Connection.TlsProtocol}");
        });
        await using PwbServer server = await StartAsync(
            new TlsOptions(Server)
            {
                ClientCertificates = ClientCertificateMode.Accept,
                ClientCertificateAuthorities = [Chain.Root],
            }, handler: handler);

        (await AskAsync(server, protocol, ContextOf(NoCertificate))).Should().EndWith($"https {protocol}");
        connection!.ClientCertificate.Should().BeNull();
        (await AskAsync(server, protocol, ContextOf(Good))).Should().EndWith($"https {protocol}");
        await server.StopAsync();
        connection.IsSecure.Should().BeTrue();
        connection.TlsProtocol.Should().Be(protocol);
        connection.ClientCertificate!.Subject.Should().Be(Chain.Leaf.Subject);
        connection.RemoteEndPoint.Should().BeOfType<IPEndPoint>();
    }

    [Fact]
    public async Task A_session_of_an_end_point_that_asks_for_nothing_hides_no_certificate()
    {
        TlsOptions asks = new(Server)
        {
            ClientCertificates = ClientCertificateMode.Require,
            ClientCertificateAuthorities = [Chain.Root],
        };
        await using PwbServer server = new(
            options: new PwbServerOptions
            {
                EndPoints = [
                new ServerEndPoint(new IPEndPoint(IPAddress.Loopback, 0)) { Tls = new TlsOptions(Server) },
                new ServerEndPoint(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0)) { Tls = asks }]
            });
        await server.StartAsync();
        SslStreamCertificateContext certificate = ContextOf(Good)!;

        for (int i = 0; i < 2; i++)
        {
            foreach (ServerEndPoint endPoint in server.EndPoints)
                (await AskAsync(endPoint.Ip, SslProtocols.Tls13, certificate, "both.example")).Should().StartWith(
                    "HTTP/1.1 200 OK", endPoint.ToString());
        }
    }

    private static SslStreamCertificateContext? ContextOf(string kind) => kind switch
    {
        NoCertificate => null,
        Good => SslStreamCertificateContext.Create(Chain.Leaf, [Chain.Intermediate], offline: true),
        WithoutIntermediate => SslStreamCertificateContext.Create(Chain.Leaf, [], offline: true),
        Foreign => SslStreamCertificateContext.Create(Other.Leaf, [Other.Intermediate], offline: true),
        Expired => SslStreamCertificateContext.Create(
            Chain.Issue(DateTimeOffset.UtcNow.AddDays(-1)), [Chain.Intermediate], offline: true),
        _ => SslStreamCertificateContext.Create(
            Chain.Issue(DateTimeOffset.UtcNow.AddDays(1), new Oid("1.3.6.1.5.5.7.3.1")), [Chain.Intermediate], offline: true),
    };

    private static async Task<PwbServer> StartAsync(
        TlsOptions tls, TimeProvider? clock = null, LogLines? log = null, IRequestHandler? handler = null)
    {
        PwbServer server = new(
            handler, new PwbServerOptions
            {
                EndPoints = ServerEndPoint.Loopback(0, tls),
                TimeProvider = clock ?? TimeProvider.System,
            }, loggerFactory: log);
        await server.StartAsync();
        return server;
    }

    private static async Task<string> AskAsync(
        PwbServer server, SslProtocols protocol, SslStreamCertificateContext? certificate, string? resumedHost = null)
    {
        return await AskAsync(server.EndPoint.Ip, protocol, certificate, resumedHost);
    }

    private static async Task<string> AskAsync(
        IPEndPoint endPoint, SslProtocols protocol, SslStreamCertificateContext? certificate, string? resumedHost = null)
    {
        using TcpClient tcp = new();
        await tcp.ConnectAsync(endPoint);
        await using SslStream session = new(tcp.GetStream());
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = resumedHost ?? "localhost",
            EnabledSslProtocols = protocol,
            ClientCertificateContext = certificate,
            // .NET's client takes a session of one server for that of another on the same host.
            AllowTlsResume = resumedHost is not null,
            RemoteCertificateValidationCallback = (_, own, _, _) => own is not null,
        };
        await session.AuthenticateAsClientAsync(options).WaitAsync(Wire.SafetyTimeout);
        await session.WriteAsync(Latin1.Bytes("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using StreamReader reader = new(session);
        return await reader.ReadToEndAsync().WaitAsync(Wire.SafetyTimeout);
    }
}
