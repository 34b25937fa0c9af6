using System.Security.Cryptography.X509Certificates;

namespace Pwb.Tests.Tls;

/// <summary>Which certificate a client gets: by the name that it asks for (SNI).</summary>
public sealed class ServerNameTests
{
    [Theory]
    [InlineData("a.example", 0)]
    [InlineData("A.EXAMPLE", 0)]
    [InlineData("b.example", 1)]
    [InlineData("www.c.example", 2)]
    [InlineData("c.example", 2)]
    [InlineData("special.c.example", 2)] // 3 has this very name, but the first that matches counts
    [InlineData("x.www.c.example", 0)] // a star is one label
    [InlineData("xn--bcher-kva.example", 4)]
    [InlineData("bücher.example", 4)]
    [InlineData("xn--80ak6aa92e.bücher.example", 4)]
    [InlineData("unknown.example", 0)]
    [InlineData("localhost", 0)]
    [InlineData("127.0.0.1", 0)] // RFC 6066 §3: an address is no server name, so none is sent
    [InlineData("a_b.example", 0)]
    [InlineData("example", 0)]
    public async Task The_first_certificate_with_that_name_or_else_the_first(string host, int expected)
    {
        ServerCertificate[] certificates =
        [
            ServerCertificate.SelfSigned("a.example"),
            ServerCertificate.SelfSigned("b.example", "a.example"),
            ServerCertificate.SelfSigned("*.c.example", "c.example"),
            ServerCertificate.SelfSigned("special.c.example"),
            ServerCertificate.SelfSigned("bücher.example", "*.bücher.example"),
        ];
        await using PwbServer server = new(
            options: new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0, new TlsOptions(certificates)) });
        await server.StartAsync();

        using TlsClient client = await TlsClient.ConnectAsync(server, host);

        Array.FindIndex(certificates,
            certificate => certificate.Current.RawData.AsSpan().SequenceEqual(client.Certificate.RawData)).Should().Be(expected);
    }

    [Fact]
    public async Task End_points_have_certificates_of_their_own()
    {
        TlsOptions first = new(ServerCertificate.SelfSigned("a.example")),
            second = new(ServerCertificate.SelfSigned("a.example"));
        await using PwbServer server = new(
            options: new PwbServerOptions
            {
                EndPoints = [
                .. ServerEndPoint.Loopback(0, first),
                new ServerEndPoint(new System.Net.IPEndPoint(System.Net.IPAddress.Parse("127.0.0.2"), 0)) { Tls = second }]
            });
        await server.StartAsync();

        foreach (ServerEndPoint endPoint in server.EndPoints)
        {
            using TlsClient client = await TlsClient.ConnectAsync(endPoint.Ip, "a.example");
            X509Certificate2 expected = endPoint.Tls!.Certificates[0].Current;
            client.Certificate.Should().Be(expected);
        }
    }
}
