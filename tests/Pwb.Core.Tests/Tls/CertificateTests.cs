using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pwb.Certificates;
using Pwb.Logging;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Tls;

/// <summary>Where certificates come from, and what is said when they do not.</summary>
public sealed partial class CertificateTests : IDisposable
{
    private static readonly CertificateChain Chain = new("a.example"), Other = new("b.example");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-tls-");

    public static TheoryData<string, string> RsaAndEcdsaForms => new()
    {
        { "RSA", "PKCS8" }, { "RSA", "RSA" }, { "RSA", "encrypted" }, { "ECDSA", "PKCS8" }, { "ECDSA", "EC" },
        { "ECDSA", "encrypted" },
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(RsaAndEcdsaForms))]
    public async Task Takes_PEM_files_with_RSA_and_ECDSA_keys_in_every_form_in_use(string algorithm, string form)
    {
        AsymmetricAlgorithm key = algorithm == "RSA" ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateChain chain = new(key, DateTimeOffset.UtcNow.AddDays(50), "a.example");
        string keyPem = form switch
        {
            "RSA" => ((RSA)key).ExportRSAPrivateKeyPem(),
            // As openssl ecparam -genkey writes it.
            "EC" => "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                + ((ECDsa)key).ExportECPrivateKeyPem(),
            "encrypted" => chain.EncryptedKeyPem("secret"),
            _ => chain.KeyPem,
        };

        ServerCertificate certificate = ServerCertificate.FromPem(
            Write("cert.pem", chain.FullChainPem), Write("key.pem", keyPem), form == "encrypted" ? "secret" : null);

        await ServesAsync(certificate, chain);
    }

    [Fact]
    public async Task Takes_a_PEM_file_that_holds_everything_in_any_order_and_with_text_between() =>
        await ServesAsync(
            ServerCertificate.FromPem(Write("all.pem", "subject: x\n" + Chain.KeyPem + "issuer: y\n" + Chain.FullChainPem)),
            Chain);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("secret")]
    public async Task Takes_a_PFX_file(string? password)
    {
        await File.WriteAllBytesAsync(PathOf("a.pfx"), Chain.Pfx(password));
        await ServesAsync(ServerCertificate.FromPfx(PathOf("a.pfx"), password), Chain);
    }

    [Fact]
    public async Task Takes_a_certificate_that_the_caller_has_loaded() =>
    await ServesAsync(ServerCertificate.From(Chain.Leaf, Chain.Intermediate), Chain);

    [Fact]
    public async Task A_key_that_has_gone_through_a_PFX_as_on_Windows_serves_as_well()
    {
        using X509Certificate2 copy = PemCertificateFiles.ThroughPfx(X509Certificate2.CreateFromPem(Chain.LeafPem, Chain.KeyPem));
        await ServesAsync(ServerCertificate.From(copy, Chain.Intermediate), Chain);
    }

    [Fact]
    public void A_certificate_for_development_is_for_this_machine_or_for_the_names_that_are_given()
    {
        X509Certificate2 own = ServerCertificate.SelfSigned().Current;
        foreach (string name in (string[])["localhost", "app.localhost", "127.0.0.1", "::1"])
            own.MatchesHostname(name).Should().BeTrue(name);
        own.MatchesHostname("example.org").Should().BeFalse();
        own.NotBefore.Should().BeBefore(DateTime.Now);
        own.NotAfter.Should().BeCloseTo(DateTime.Now.AddDays(90), TimeSpan.FromHours(2));

        X509Certificate2 other = ServerCertificate.SelfSigned("a.test", "192.0.2.1").Current;
        other.MatchesHostname("a.test").Should().BeTrue();
        other.MatchesHostname("192.0.2.1").Should().BeTrue();
        other.MatchesHostname("localhost").Should().BeFalse();
        FluentActions.Invoking(() => ServerCertificate.SelfSigned("")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ServerCertificate.SelfSigned(new string('a', 64) + ".test"))
            .Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task An_expired_certificate_is_served_with_a_warning_in_the_log()
    {
        CertificateChain chain = new(ECDsa.Create(ECCurve.NamedCurves.nistP256), DateTimeOffset.UtcNow.AddDays(-1), "a.example");
        LogLines log = new();
        await using PwbServer server = new(
            options: new PwbServerOptions
            {
                EndPoints = ServerEndPoint.Loopback(
                0, new TlsOptions(ServerCertificate.From(chain.Leaf)))
            }, loggerFactory: log);
        await server.StartAsync();

        using TlsClient client = await TlsClient.ConnectAsync(server);

        client.Certificate.Should().Be(chain.Leaf);
        log.Lines.Should().Contain(
            line => line.StartsWith("Warning: the certificate CN=Test Leaf has expired, at ", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_FIFO_is_read_to_its_end_once(bool hasOwnKey)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no FIFOs.");
        string certificate = PathOf("cert.fifo"), key = PathOf("key.fifo");
        Fifo.Make(certificate);
        if (hasOwnKey) Fifo.Make(key);
        Task writing = Task.Run(() => // opens when somebody reads
        {
            File.WriteAllText(certificate, Chain.FullChainPem + (hasOwnKey ? "" : Chain.KeyPem));
            if (hasOwnKey) File.WriteAllText(key, Chain.KeyPem);
        });

        ServerCertificate loaded = ServerCertificate.FromPem(certificate, hasOwnKey ? key : null);

        await writing.WaitAsync(Wire.SafetyTimeout);
        LogLines log = new();
        loaded.Follow(new ServerLog(log));
        log.Lines.Should().BeEmpty("it is not looked at again");
        Says<IOException>(loaded.Reload, $"'{certificate}' is a pipe, which can be read only once.");
        await ServesAsync(loaded, Chain);
    }

    [Fact]
    public async Task A_certificate_that_is_not_valid_yet_is_served_with_a_warning_in_the_log()
    {
        ManualClock clock = new(); // in 1994
        LogLines log = new();
        await using PwbServer server = new(
            options: new PwbServerOptions
            {
                EndPoints = ServerEndPoint.Loopback(0, new TlsOptions(ServerCertificate.From(Chain.Leaf))),
                TimeProvider = clock,
            }, loggerFactory: log);
        await server.StartAsync();

        using TlsClient client = await TlsClient.ConnectAsync(server);

        client.Certificate.Should().Be(Chain.Leaf);
        log.Lines.Should().ContainSingle(
            line =>
                line.StartsWith("Warning: the certificate CN=Test Leaf is not valid yet, but from ", StringComparison.Ordinal));
    }

    private static async Task ServesAsync(ServerCertificate certificate, CertificateChain chain)
    {
        await using PwbServer server = new(
            options: new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0, new TlsOptions(certificate)) });
        await server.StartAsync();
        using TlsClient client = await TlsClient.ConnectAsync(server);

        client.Certificate.RawData.Should().Equal(chain.Leaf.RawData);
        client.Chain.Should().Contain("CN=Test Intermediate").And.NotContain("CN=Test Root");
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        (await client.ReadAsync()).Should().StartWith("HTTP/1.1 200 OK");
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }
}
