using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Pwb.Host;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Host;

/// <summary>TLS as the host's users ask for it.</summary>
public sealed class HostTlsTests : IDisposable
{
    private static readonly CertificateChain Chain = new("localhost");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-tls-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("localhost")]
    [InlineData("any")]
    [InlineData("192.0.2.7")]
    public void All_end_points_speak_TLS(string host)
    {
        HostSettings settings = Parse(["--tls-dev", "--host", host])!;

        settings.ToServerOptions().EndPoints.Should().NotBeEmpty().And.OnlyContain(endPoint => endPoint.Tls != null);
    }

    [Fact]
    public void A_certificate_is_a_PEM_file_with_its_key_in_it_or_beside_it_or_a_PFX_file()
    {
        string certificate = Write("cert.pem", Chain.FullChainPem), key = Write("key.pem", Chain.EncryptedKeyPem("secret")),
            both = Write("both.pem", Chain.FullChainPem + Chain.KeyPem);
        string pfx = Path.Combine(_folder.FullName, "a.PFX");
        File.WriteAllBytes(pfx, Chain.Pfx("secret"));

        foreach (string[] args in (string[][])[
            ["--tls-cert", certificate, "--tls-key", key], ["--tls-cert", both], ["--tls-cert=" + pfx]])
            Parse(args, ("PWB_TLS_PASSWORD", "secret"))!.Tls!.Certificates.Should().ContainSingle()
                .Which.Current.RawData.Should().Equal(Chain.Leaf.RawData);
        Parse([], ("PWB_TLS_CERT", certificate), ("PWB_TLS_KEY", key), ("PWB_TLS_PASSWORD", "secret"))!.Tls.Should().NotBeNull();
        Parse(["--tls-cert", both], ("PWB_TLS_PASSWORD", ""))!.Tls.Should().NotBeNull();
        Parse([])!.Tls.Should().BeNull();
    }

    [Fact]
    public void What_does_not_do_is_one_line_and_exit_code_2()
    {
        string certificate = Write("cert.pem", Chain.FullChainPem), encrypted = Write("key.pem", Chain.EncryptedKeyPem("secret")),
            missing = Path.Combine(_folder.FullName, "missing.pem");

        Refusal("--tls-key", encrypted).Should().Be("--tls-key needs --tls-cert.");
        Refusal("--tls-dev", "--tls-cert", certificate).Should().Be(
            "--tls-dev makes a certificate of its own; it does not go with --tls-cert or --tls-key.");
        Refusal("--tls-dev", "--tls-key", certificate).Should().Be(
            "--tls-dev makes a certificate of its own; it does not go with --tls-cert or --tls-key.");
        Refusal("--tls-cert", "a.p12", "--tls-key", encrypted).Should().Be(
            "--tls-key is for a certificate in PEM form; a PFX file has its key in it.");
        Refusal("--tls-cert", "").Should().Be("--tls-cert takes the path of a file, not ''.");
        Refusal("--tls-dev=maybe").Should().Be("--tls-dev takes true or false, not 'maybe'.");
        Refusal("--tls-cert", missing).Should().Be($"There is no file '{missing}'.");
        Refusal("--tls-cert", certificate).Should().Be($"'{certificate}' holds no private key in PEM form.");
        Refusal("--tls-cert", certificate, "--tls-key", encrypted).Should().Be(
            $"The private key in '{encrypted}' is encrypted: it needs a password.");
        Refusal("--tls-cert", Path.Combine(_folder.FullName, "two\nlines")).Should().EndWith("two\\u000Alines'.");
    }

    [Fact]
    public async Task Serves_https_with_a_certificate_for_development_and_says_what_it_is()
    {
        using var host = await HostProcess.ServeAsync("--tls-dev", "--log-level", "information");
        string said = await host.ReadUntilAsync("the certificate is self-signed, only in memory and for development; SHA-256 ");
        host.Url.Scheme.Should().Be("https");
        using var client = await TlsClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, host.Url.Port));
        client.Certificate.MatchesHostname("localhost").Should().BeTrue();
        said.Should().EndWith(client.Certificate.GetCertHashString(HashAlgorithmName.SHA256));
        await client.SendAsync("GET /11 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        (await client.ReadAsync()).Should().EndWith("hello PWB");

        using var plain = new HttpClient();
        using var refusal = await plain.GetAsync(
            new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{host.Url.Port}/")));
        refusal.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await refusal.Content.ReadAsStringAsync()).Should().Contain("https");
    }

    private static HostSettings? Parse(string[] args, params (string Name, string Value)[] variables)
    {
        using var error = new StringWriter();
        var values = variables.ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal);
        var settings = CommandLine.Parse(args, name => values.GetValueOrDefault(name), TextWriter.Null, error, out _);
        error.ToString().Should().BeEmpty();
        return settings;
    }

    private static string Refusal(params string[] args)
    {
        using var error = new StringWriter();
        CommandLine.Parse(args, _ => null, TextWriter.Null, error, out int exitCode).Should().BeNull();
        exitCode.Should().Be(2);
        string line = error.ToString();
        line.Should().StartWith("pwb: ").And.EndWith($" Try 'pwb --help'.{Environment.NewLine}");
        return line["pwb: ".Length..^$" Try 'pwb --help'.{Environment.NewLine}".Length];
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, name), text);
        return Path.Combine(_folder.FullName, name);
    }
}
