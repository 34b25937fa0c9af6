using System.Net;
using Pwb.Host;

namespace Pwb.Tests.Host;

public sealed class GreetingTests
{
    private static readonly IPAddress[] Mine = [
        IPAddress.Parse("192.0.2.7"), IPAddress.Parse("2001:db8::7"), IPAddress.Parse("198.51.100.7")];

    [Fact]
    public void On_loopback_there_is_nothing_for_the_network() =>
        Greeting.NetworkUrls([new(new IPEndPoint(IPAddress.Loopback, 80)), new(new IPEndPoint(IPAddress.IPv6Loopback, 80))],
            () => Mine).Should().BeNull();

    [Fact]
    public void On_every_network_each_address_of_the_machine_has_its_URL()
    {
        Greeting.NetworkUrls([new(new IPEndPoint(IPAddress.Any, 80)), new(new IPEndPoint(IPAddress.IPv6Any, 80))], () => Mine)
            .Should().Be("http://192.0.2.7:80/ http://198.51.100.7:80/ http://[2001:db8::7]:80/");
        Greeting.NetworkUrls([new(new IPEndPoint(IPAddress.Any, 80))], () => Mine).Should().Be(
            "http://192.0.2.7:80/ http://198.51.100.7:80/");
        Greeting.NetworkUrls([new(new IPEndPoint(IPAddress.Any, 80))], () => []).Should().BeEmpty(
            "it is exposed, even if nobody knows where");
    }

    [Fact]
    public void An_address_stands_for_itself() =>
        Greeting.NetworkUrls([new(new IPEndPoint(IPAddress.Parse("203.0.113.7"), 80))], () => Mine)
            .Should().Be("http://203.0.113.7:80/");

    [Fact]
    public void With_TLS_the_URLs_are_https()
    {
        TlsOptions tls = new(ServerCertificate.SelfSigned());
        Greeting.NetworkUrls([new ServerEndPoint(new IPEndPoint(IPAddress.Any, 80)) { Tls = tls }], () => Mine).Should().Be(
            "https://192.0.2.7:80/ https://198.51.100.7:80/");
    }
}
