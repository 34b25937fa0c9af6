using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Tls;

/// <summary>New certificates without a restart.</summary>
public sealed partial class ReloadTests : IDisposable
{
    private static readonly CertificateChain Old = new("a.example"), New = new("a.example");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-tls-");
    private readonly ManualClock _clock = new();
    private readonly LogLines _log = new();

    private string CertificatePath => Path.Combine(_folder.FullName, "cert.pem");

    private string KeyPath => Path.Combine(_folder.FullName, "key.pem");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task New_files_are_looked_for_every_ten_seconds_and_open_connections_go_on()
    {
        Write(Old);
        ServerCertificate certificate = ServerCertificate.FromPem(CertificatePath, KeyPath);
        await using PwbServer server = await StartAsync(certificate);
        using TlsClient first = await TlsClient.ConnectAsync(server);
        first.Certificate.Should().Be(Old.Leaf);
        Write(New);

        _clock.Advance(TimeSpan.FromSeconds(9.9));
        server.Tick();
        certificate.Current.Should().Be(Old.Leaf, "it is not time to look");
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        server.Tick();
        await _log.LineAsync("new connections get");
        using (TlsClient second = await TlsClient.ConnectAsync(server)) second.Certificate.Should().Be(New.Leaf);

        await first.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        (await first.ReadAsync()).Should().StartWith("HTTP/1.1 200 OK");
        _log.Lines.Should().ContainSingle(
            line =>
                line.StartsWith(
                    $"Information: new connections get the new certificate of {CertificatePath}, valid until ",
                    StringComparison.Ordinal));
    }

    [Fact]
    public async Task Certificates_are_told_apart_by_content_not_by_length_and_time()
    {
        CertificateChain other;
        do other = new("a.example");
        while (other.FullChainPem.Length != Old.FullChainPem.Length); // the lengths of ECDSA's signatures differ by a few bytes
        await using PwbServer server = await StartAsync(Old);
        (DateTime certificate, DateTime key) = (File.GetLastWriteTimeUtc(CertificatePath), File.GetLastWriteTimeUtc(KeyPath));

        Write(other);
        File.SetLastWriteTimeUtc(CertificatePath, certificate);
        File.SetLastWriteTimeUtc(KeyPath, key);

        (await ServedAsync(server)).Should().Be(other.Leaf);
    }

    [Fact]
    public async Task Files_that_are_touched_but_hold_the_same_are_no_news()
    {
        await using PwbServer server = await StartAsync(Old);
        Write(Old);
        (await ServedAsync(server)).Should().Be(Old.Leaf);
        _log.Lines.Should().NotContain(line => line.Contains("new connections get", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_start_that_cannot_bind_leaves_no_certificate_followed()
    {
        _clock.Advance(DateTimeOffset.UtcNow - ManualClock.Start);
        Write(Old);
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        await using PwbServer server = new(
            options: new PwbServerOptions
            {
                EndPoints = [
                    new((IPEndPoint)taken.LocalEndpoint)
                    {
                        Tls = new TlsOptions(ServerCertificate.FromPem(CertificatePath, KeyPath)),
                    }],
                TimeProvider = _clock,
            }, loggerFactory: _log);
        await server.Invoking(it => it.StartAsync()).Should().ThrowAsync<IOException>();

        _clock.Advance(TimeSpan.FromDays(200));
        server.LookAtCertificates();

        _log.Lines.Should().NotContain(line => line.Contains("has expired", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(-1, "has expired, at ")]
    [InlineData(100, "is not valid yet, but from ")]
    public async Task A_new_certificate_outside_of_its_time_is_warned_of(int until, string warning)
    {
        // Certificates are valid from ten days ago on.
        _clock.Advance(DateTimeOffset.UtcNow - ManualClock.Start - TimeSpan.FromDays(until > 0 ? 20 : 0));
        await using PwbServer server = await StartAsync(Old);
        int before = _log.Lines.Count(line => line.Contains(warning, StringComparison.Ordinal));
        Write(new CertificateChain(
            ECDsa.Create(ECCurve.NamedCurves.nistP256), DateTimeOffset.UtcNow.AddDays(until), "a.example"));

        for (int i = 0; i < 3; i++) server.LookAtCertificates();

        _log.Lines.Count(line => line.StartsWith("Warning: the certificate CN=Test Leaf " + warning, StringComparison.Ordinal))
            .Should().Be(before + 1);
    }

    [Fact]
    public async Task A_certificate_that_expires_while_it_is_served_is_warned_of_once()
    {
        _clock.Advance(DateTimeOffset.UtcNow - ManualClock.Start);
        await using PwbServer server = await StartAsync(Old);
        server.LookAtCertificates();
        _log.Lines.Should().NotContain(line => line.StartsWith("Warning", StringComparison.Ordinal));

        _clock.Advance(TimeSpan.FromDays(200));
        server.LookAtCertificates();
        server.LookAtCertificates();

        _log.Lines.Should().ContainSingle(
            line => line.StartsWith("Warning: the certificate CN=Test Leaf has expired, at ", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Links_that_lead_to_new_files_are_followed_as_certbot_makes_them()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a right there.");
        string live = _folder.CreateSubdirectory("live").FullName;
        void Link(CertificateChain chain, string version)
        {
            foreach ((
                string name, string text) in ((string, string)[])[("cert.pem", chain.FullChainPem), ("key.pem", chain.KeyPem)])
            {
                string target = Path.Combine(_folder.FullName, version + name), link = Path.Combine(live, name);
                File.WriteAllText(target, text);
                File.Delete(link);
                File.CreateSymbolicLink(link, target);
            }
        }

        Link(Old, "1");
        await using PwbServer server = await StartAsync(
            ServerCertificate.FromPem(Path.Combine(live, "cert.pem"), Path.Combine(live, "key.pem")));
        (await ServedAsync(server)).Should().Be(Old.Leaf);
        Link(New, "2");
        (await ServedAsync(server)).Should().Be(New.Leaf);
    }

    [Fact]
    public async Task A_new_name_counts_with_the_new_certificate()
    {
        Write(Old);
        CertificateChain wider = new("a.example", "new.example");
        ServerCertificate first = ServerCertificate.SelfSigned("default.example"),
            second = ServerCertificate.FromPem(CertificatePath, KeyPath);
        await using PwbServer server = await StartAsync(first, second);
        (await ServedAsync(server, "new.example")).Should().Be(first.Current);
        Write(wider);
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
        PwbServer server = new(
            options: new PwbServerOptions
            {
                EndPoints = ServerEndPoint.Loopback(0, new TlsOptions(certificates)),
                TimeProvider = _clock,
            }, loggerFactory: _log);
        await server.StartAsync();
        return server;
    }

    /// <summary>What a client gets after a look.</summary>
    private static async Task<X509Certificate2> ServedAsync(PwbServer server, string host = "a.example")
    {
        server.LookAtCertificates();
        using TlsClient client = await TlsClient.ConnectAsync(server, host);
        return client.Certificate;
    }
}
