using System.Security.Cryptography.X509Certificates;
using Pwb;
using Pwb.Tests.Tls;

namespace Snippets;

/// <summary>The C# of docs/tls.md, compiled and run.</summary>
public sealed class TlsSnippets
{
    private static readonly CertificateChain Chain = new("localhost");

    [Fact]
    public async Task A_server_speaks_TLS()
    {
        IRequestHandler handler = new FixedResponseHandler();
        await File.WriteAllTextAsync("fullchain.pem", Chain.FullChainPem);
        await File.WriteAllTextAsync("privkey.pem", Chain.KeyPem);

        // <tls>
        ServerCertificate certificate = ServerCertificate.FromPem("fullchain.pem", "privkey.pem");
        await using PwbServer server = new(
            handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(8443, new TlsOptions(certificate)) });
        // </tls>

        certificate.Current.Should().Be(Chain.Leaf);
    }

    [Fact]
    public async Task An_end_point_asks_for_client_certificates()
    {
        ServerCertificate certificate = ServerCertificate.SelfSigned();
        await File.WriteAllTextAsync("clients-ca.pem", Chain.Root.ExportCertificatePem());

        // <tls-client-certificates>
        TlsOptions tls = new(certificate)
        {
            ClientCertificates = ClientCertificateMode.Require,
            ClientCertificateAuthorities = [X509CertificateLoader.LoadCertificateFromFile("clients-ca.pem")],
        };
        // </tls-client-certificates>

        tls.ClientCertificateAuthorities.Should().ContainSingle().Which.Should().Be(Chain.Root);
    }

    [Fact]
    public async Task Plain_and_TLS_end_points_are_on_one_server()
    {
        const string password = "secret";
        await File.WriteAllBytesAsync("example.pfx", Chain.Pfx(password));
        await File.WriteAllTextAsync("other.pem", Chain.FullChainPem + Chain.KeyPem);

        // <tls-end-points>
        TlsOptions tls = new(ServerCertificate.FromPfx("example.pfx", password), ServerCertificate.FromPem("other.pem"));
        PwbServerOptions options = new() { EndPoints = [.. ServerEndPoint.Any(8080), .. ServerEndPoint.Any(8443, tls)] };
        // </tls-end-points>

        options.EndPoints.Where(endPoint => endPoint.Tls is not null).Should().HaveCount(ServerEndPoint.Any(0).Count)
            .And.OnlyContain(endPoint => endPoint.Port == 8443);
    }
}
