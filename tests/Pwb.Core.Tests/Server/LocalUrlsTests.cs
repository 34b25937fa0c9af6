using System.Net;
using Pwb.Server;

namespace Pwb.Tests.Server;

/// <summary>The URLs that the banner prints and a browser is given.</summary>
public sealed class LocalUrlsTests
{
    [Theory]
    [InlineData("127.0.0.1", "http://localhost:80/")]
    [InlineData("0.0.0.0", "http://localhost:80/")]
    [InlineData("127.0.0.2", "http://127.0.0.2:80/")]
    [InlineData("::1", "http://[::1]:80/")]
    [InlineData("::", "http://[::1]:80/")]
    [InlineData("192.0.2.7", "http://192.0.2.7:80/")]
    [InlineData("2001:db8::7", "http://[2001:db8::7]:80/")]
    [InlineData("127.0.0.1 ::1", "http://localhost:80/")]
    [InlineData(":: 0.0.0.0", "http://localhost:80/")]
    [InlineData("127.0.0.2 ::1", "http://127.0.0.2:80/ http://[::1]:80/")]
    public void Localhost_is_named_only_where_a_browser_that_tries_both_of_its_addresses_finds_this_server(
        string addresses, string urls) =>
        LocalUrls.Of(
            [.. addresses.Split(' ').Select(address => new ServerEndPoint(new IPEndPoint(IPAddress.Parse(address), 80)))])
            .Should().Equal(urls.Split(' '));

    [Fact]
    public void With_TLS_the_scheme_is_https()
    {
        TlsOptions tls = new(ServerCertificate.SelfSigned());
        LocalUrls.Of(
            [new ServerEndPoint(new IPEndPoint(IPAddress.Any, 443)) { Tls = tls },
                new ServerEndPoint(new IPEndPoint(IPAddress.IPv6Any, 443)),
                new ServerEndPoint(new IPEndPoint(IPAddress.IPv6Any, 443)) { Tls = tls }])
            .Should().Equal("https://localhost:443/", "http://[::1]:443/");
    }

    [Fact]
    public async Task A_server_names_the_port_that_it_was_given_by_the_system()
    {
        await using PwbServer server = new(
            options: new PwbServerOptions { EndPoints = [new ServerEndPoint(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0))] });
        server.Invoking(idle => idle.Urls).Should().Throw<InvalidOperationException>();
        try
        {
            await server.StartAsync();
        }
        catch (IOException)
        {
            return; // macOS has only 127.0.0.1 unless told otherwise
        }

        server.Urls.Should().Equal($"http://127.0.0.2:{server.EndPoint.Port}/");
    }
}
