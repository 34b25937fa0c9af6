using System.Security.Cryptography;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Tls;

/// <summary>New certificates without a restart.</summary>
public sealed class ReloadTests : IDisposable
{
    private static readonly CertificateChain Old = new("a.example"), New = new("a.example");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-tls-");
    private readonly ManualClock _clock = new();
    private readonly LogLines _log = new();

    private string CertificatePath => Path.Combine(_folder.FullName, "cert.pem");

    private string KeyPath => Path.Combine(_folder.FullName, "key.pem");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_handshake_takes_new_files_at_most_every_ten_seconds_and_open_connections_go_on()
    {
        await using PwbServer server = await StartAsync(Old);
        using TlsClient first = await TlsClient.ConnectAsync(server);
        first.Certificate.Should().Be(Old.Leaf);
        Write(New);

        _clock.Advance(TimeSpan.FromSeconds(9));
        (await ServedAsync(server)).Should().Be(Old.Leaf, "it is not time to look");
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await ServedAsync(server)).Should().Be(New.Leaf);

        await first.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        (await first.ReadAsync()).Should().StartWith("HTTP/1.1 200 OK");
        _log.Lines.Should().ContainSingle(line => line.StartsWith($"Information: new connections get the new certificate of {CertificatePath}, valid until ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pair_that_does_not_match_changes_nothing_is_one_warning_and_is_tried_again()
    {
        await using PwbServer server = await StartAsync(Old);
        (await ServedAsync(server)).Should().Be(Old.Leaf);
        await File.WriteAllTextAsync(CertificatePath, New.FullChainPem); // and not yet its key

        for (int i = 0; i < 3; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            (await ServedAsync(server)).Should().Be(Old.Leaf);
        }

        _log.Lines.Should().ContainSingle(line => line.StartsWith("Warning", StringComparison.Ordinal))
            .Which.Should().Be($"Warning: a certificate has changed and is not taken, the old one stays: The private key in '{KeyPath}' is not that of the first certificate in '{CertificatePath}'.");

        await File.WriteAllTextAsync(KeyPath, New.KeyPem);
        _clock.Advance(TimeSpan.FromSeconds(10));
        (await ServedAsync(server)).Should().Be(New.Leaf);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIB")]
    public async Task A_file_that_is_half_written_changes_nothing(string text)
    {
        await using PwbServer server = await StartAsync(Old);
        await File.WriteAllTextAsync(CertificatePath, text);
        (await ServedAsync(server)).Should().Be(Old.Leaf);
        _log.Lines.Should().ContainSingle(line => line.StartsWith("Warning", StringComparison.Ordinal)).Which.Should().EndWith($"'{CertificatePath}' holds no certificate in PEM form.");
    }

    [Fact]
    public async Task A_file_that_is_gone_changes_nothing_and_is_taken_when_it_is_back()
    {
        await using PwbServer server = await StartAsync(Old);
        File.Delete(KeyPath);
        (await ServedAsync(server)).Should().Be(Old.Leaf);
        _log.Lines.Should().ContainSingle(line => line.StartsWith("Warning", StringComparison.Ordinal)).Which.Should().EndWith($"There is no file '{KeyPath}'.");

        Write(New);
        _clock.Advance(TimeSpan.FromSeconds(10));
        (await ServedAsync(server)).Should().Be(New.Leaf);
    }

    [SkippableFact]
    public async Task Links_that_lead_to_new_files_are_followed_as_certbot_makes_them()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a right there.");
        string live = _folder.CreateSubdirectory("live").FullName;
        void Link(CertificateChain chain, string version)
        {
            foreach ((string name, string text) in ((string, string)[])[("cert.pem", chain.FullChainPem), ("key.pem", chain.KeyPem)])
            {
                string target = Path.Combine(_folder.FullName, version + name), link = Path.Combine(live, name);
                File.WriteAllText(target, text);
                File.Delete(link);
                File.CreateSymbolicLink(link, target);
            }
        }

        Link(Old, "1");
        await using PwbServer server = await StartAsync(ServerCertificate.FromPem(Path.Combine(live, "cert.pem"), Path.Combine(live, "key.pem")));
        (await ServedAsync(server)).Should().Be(Old.Leaf);
        Link(New, "2");
        _clock.Advance(TimeSpan.FromSeconds(10));
        (await ServedAsync(server)).Should().Be(New.Leaf);
    }

    [Fact]
    public async Task A_new_name_counts_from_the_handshake_that_asks_for_it()
    {
        Write(Old);
        CertificateChain wider = new("a.example", "new.example");
        ServerCertificate first = ServerCertificate.SelfSigned("default.example"), second = ServerCertificate.FromPem(CertificatePath, KeyPath);
        await using PwbServer server = await StartAsync(first, second);
        (await ServedAsync(server, "new.example")).Should().Be(first.Current);
        Write(wider);
        _clock.Advance(TimeSpan.FromSeconds(10));
        (await ServedAsync(server, "new.example")).Should().Be(wider.Leaf);
    }

    [Fact]
    public async Task Reload_takes_new_files_at_once()
    {
        await File.WriteAllBytesAsync(CertificatePath, Old.Pfx("secret"));
        ServerCertificate certificate = ServerCertificate.FromPfx(CertificatePath, "secret");
        await using PwbServer server = await StartAsync(certificate);
        (await ServedAsync(server)).Should().Be(Old.Leaf);
        await File.WriteAllBytesAsync(CertificatePath, New.Pfx("secret"));

        certificate.Reload();

        (await ServedAsync(server)).Should().Be(New.Leaf);
        certificate.Current.Should().Be(New.Leaf);
    }

    [Fact]
    public void Reload_throws_and_keeps_the_old_one_if_the_new_one_is_not_good()
    {
        Write(Old);
        ServerCertificate certificate = ServerCertificate.FromPem(CertificatePath, KeyPath);
        File.WriteAllText(KeyPath, New.KeyPem);

        certificate.Invoking(c => c.Reload()).Should().Throw<CryptographicException>().WithMessage($"The private key in '{KeyPath}' is not that of *");

        certificate.Current.Should().Be(Old.Leaf);
    }

    [Fact]
    public void Reload_does_nothing_without_files()
    {
        ServerCertificate certificate = ServerCertificate.SelfSigned();
        var before = certificate.Current;
        certificate.Reload();
        certificate.Current.Should().BeSameAs(before);
    }

    private void Write(CertificateChain chain)
    {
        File.WriteAllText(CertificatePath, chain.FullChainPem);
        File.WriteAllText(KeyPath, chain.KeyPem);
    }

    private Task<PwbServer> StartAsync(CertificateChain chain)
    {
        Write(chain);
        return StartAsync(ServerCertificate.FromPem(CertificatePath, KeyPath));
    }

    private async Task<PwbServer> StartAsync(params ServerCertificate[] certificates)
    {
        PwbServer server = new(options: new PwbServerOptions { Port = 0, Tls = new TlsOptions(certificates), TimeProvider = _clock }, loggerFactory: _log);
        await server.StartAsync();
        return server;
    }

    private static async Task<System.Security.Cryptography.X509Certificates.X509Certificate2> ServedAsync(PwbServer server, string host = "a.example")
    {
        using TlsClient client = await TlsClient.ConnectAsync(server, host);
        return client.Certificate;
    }
}
