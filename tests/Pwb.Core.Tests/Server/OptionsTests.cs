using System.Net;

namespace Pwb.Tests.Server;

public sealed class OptionsTests
{
    public static TheoryData<string, PwbServerOptions> Wrong => new()
    {
        { "Port", new PwbServerOptions { Port = -1 } },
        { "Port", new PwbServerOptions { Port = 65536 } },
        { "EndPoints", new PwbServerOptions { EndPoints = [] } },
        { "EndPoints", new PwbServerOptions { EndPoints = [null!] } },
        { "TimeProvider", new PwbServerOptions { TimeProvider = null! } },
        { "Limits", new PwbServerOptions { Limits = null! } },
        { "AdditionalMethods", new PwbServerOptions { AdditionalMethods = null! } },
        { "SecretQueryParameters", new PwbServerOptions { SecretQueryParameters = null! } },
        { "value", new PwbServerOptions { ServerHeader = "a\r\nb" } },
        { "MaxConnections", With(new PwbServerLimits { MaxConnections = 0 }) },
        { "Backlog", With(new PwbServerLimits { Backlog = 0 }) },
        { "MaxRequestLineLength", With(new PwbServerLimits { MaxRequestLineLength = 63 }) },
        { "MaxHeaderSectionLength", With(new PwbServerLimits { MaxHeaderSectionLength = 63 }) },
        { "MaxFieldLines", With(new PwbServerLimits { MaxFieldLines = 0 }) },
        { "MaxContentLength", With(new PwbServerLimits { MaxContentLength = -1 }) },
        { "MaxChunkLineLength", With(new PwbServerLimits { MaxChunkLineLength = 15 }) },
        { "KeepAliveTimeout", With(new PwbServerLimits { KeepAliveTimeout = TimeSpan.FromTicks(-1) }) },
        { "ShutdownGracePeriod", With(new PwbServerLimits { ShutdownGracePeriod = TimeSpan.FromDays(2) }) },
        { "Tls", new PwbServerOptions { Tls = new(ServerCertificate.SelfSigned()), EndPoints = [new(IPAddress.Loopback, 0)] } },
        { "TlsHandshakeTimeout", With(new PwbServerLimits { TlsHandshakeTimeout = TimeSpan.FromTicks(-1) }) },
        { "MinContentRate", With(new PwbServerLimits { MinContentRate = -1 }) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Wrong_options_throw_at_the_constructor_and_name_the_option(string name, PwbServerOptions options)
    {
        FluentActions.Invoking(() => new PwbServer(options: options)).Should().Throw<ArgumentException>().Which.ParamName.Should().Be(name);
    }

    [Fact]
    public void End_points_of_the_machine_itself_come_with_IPv4_first()
    {
        PwbServerOptions.LoopbackEndPoints(80)[0].Should().Be(new IPEndPoint(IPAddress.Loopback, 80));
        PwbServerOptions.AnyEndPoints(80)[0].Should().Be(new IPEndPoint(IPAddress.Any, 80));
        FluentActions.Invoking(() => PwbServerOptions.LoopbackEndPoints(65536)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static PwbServerOptions With(PwbServerLimits limits) => new() { Limits = limits };
}
