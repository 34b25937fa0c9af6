using System.Net;

namespace Pwb.Tests.Server;

public sealed class OptionsTests
{
    public static TheoryData<string, PwbServerOptions> Wrong => new()
    {
        { "EndPoints", new PwbServerOptions { EndPoints = [] } },
        { "EndPoints", new PwbServerOptions { EndPoints = [null!] } },
        { "TimeProvider", new PwbServerOptions { TimeProvider = null! } },
        { "Limits", new PwbServerOptions { Limits = null! } },
        { "AdditionalMethods", new PwbServerOptions { AdditionalMethods = null! } },
        { "SecretQueryParameters", new PwbServerOptions { SecretQueryParameters = null! } },
        { "ServerHeader", new PwbServerOptions { ServerHeader = "a\r\nb" } },
        { "MaxConnections", With(new PwbServerLimits { MaxConnections = 0 }) },
        { "Backlog", With(new PwbServerLimits { Backlog = 0 }) },
        { "MaxRequestLineLength", With(new PwbServerLimits { MaxRequestLineLength = 63 }) },
        { "MaxHeaderSectionLength", With(new PwbServerLimits { MaxHeaderSectionLength = 63 }) },
        { "MaxFieldLines", With(new PwbServerLimits { MaxFieldLines = 0 }) },
        { "MaxContentLength", With(new PwbServerLimits { MaxContentLength = -1 }) },
        { "MaxChunkLineLength", With(new PwbServerLimits { MaxChunkLineLength = 15 }) },
        { "MaxWastedLength", With(new PwbServerLimits { MaxWastedLength = -1 }) },
        { "KeepAliveTimeout", With(new PwbServerLimits { KeepAliveTimeout = TimeSpan.FromTicks(-1) }) },
        { "ShutdownGracePeriod", With(new PwbServerLimits { ShutdownGracePeriod = TimeSpan.FromDays(2) }) },
        { "TlsHandshakeTimeout", With(new PwbServerLimits { TlsHandshakeTimeout = TimeSpan.FromTicks(-1) }) },
        { "MinContentRate", With(new PwbServerLimits { MinContentRate = -1 }) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Wrong_options_throw_at_the_constructor_and_name_the_option(string name, PwbServerOptions options)
    {
        FluentActions.Invoking(() => new PwbServer(options: options)).Should().Throw<ArgumentException>()
            .Which.ParamName.Should().Be(name);
        options.Invoking(o => o.Validate()).Should().Throw<ArgumentException>().Which.ParamName.Should().Be(name);
    }

    [Fact]
    public void Right_options_pass()
    {
        new PwbServerOptions().Validate();
        PwbServerLimits.Default.Validate();
        PwbServerLimits.Default.Invoking(_ => new PwbServerLimits { Backlog = 0 }.Validate()).Should().Throw<ArgumentException>()
            .Which.ParamName.Should().Be("Backlog");
    }

    [Fact]
    public async Task What_was_checked_is_what_counts_even_if_the_list_and_its_end_points_change()
    {
        IPEndPoint endPoint = new(IPAddress.Loopback, 0);
        List<ServerEndPoint> endPoints = [new(endPoint)];
        List<string> hosts = ["example.org"];
        await using PwbServer server = new(options: new PwbServerOptions { EndPoints = endPoints, AllowedHosts = hosts });
        endPoint.Address = IPAddress.Parse("192.0.2.1");
        endPoints.Add(null!);
        hosts.Clear();

        await server.StartAsync();

        server.EndPoints.Should().ContainSingle().Which.Ip.Address.Should().Be(IPAddress.Loopback);
    }

    [Fact]
    public void End_points_of_the_machine_itself_come_with_IPv4_first()
    {
        ServerEndPoint.Loopback(80)[0].Should().Be(new ServerEndPoint(new IPEndPoint(IPAddress.Loopback, 80)));
        ServerEndPoint.Any(80)[0].Should().Be(new ServerEndPoint(new IPEndPoint(IPAddress.Any, 80)));
        new PwbServerOptions().EndPoints.Should().Equal(ServerEndPoint.Loopback(8888));
        FluentActions.Invoking(() => ServerEndPoint.Loopback(-1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => ServerEndPoint.Loopback(65536)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void An_end_point_with_TLS_is_not_the_one_without()
    {
        TlsOptions tls = new(ServerCertificate.SelfSigned());
        ServerEndPoint plain = new(new IPEndPoint(IPAddress.Loopback, 80)), secure = plain with { Tls = tls };

        secure.Should().NotBe(plain).And.Be(ServerEndPoint.Loopback(80, tls)[0]);
        secure.ToString().Should().Be("127.0.0.1:80");
        FluentActions.Invoking(() => new ServerEndPoint(new DnsEndPoint("localhost", 80))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ServerEndPoint(null!)).Should().Throw<ArgumentNullException>();
    }

    private static PwbServerOptions With(PwbServerLimits limits) => new() { Limits = limits };
}
