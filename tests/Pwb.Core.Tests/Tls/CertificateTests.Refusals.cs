using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Pwb.Certificates;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Tls;

/// <content>Files and certificates that are refused.</content>
public sealed partial class CertificateTests
{
    [Fact]
    public void What_is_wrong_with_a_file_is_one_line_that_names_it()
    {
        string certificate = Write("cert.pem", Chain.LeafPem), key = Write("key.pem", Chain.KeyPem),
            otherKey = Write("other.pem", Other.KeyPem);
        string chain = Write("chain.pem", Chain.FullChainPem), text = Write("text.txt", "hello\n"),
            nothing = PathOf("nothing.pem"), encrypted = Write("encrypted.pem", Chain.EncryptedKeyPem("secret"));
        string damaged = Write("damaged.pem", Chain.LeafPem.Replace("MII", "AAA", StringComparison.Ordinal)),
            damagedKey = Write("damagedkey.pem", Chain.KeyPem.Replace("MI", "AA", StringComparison.Ordinal));
        using RSA rsa = RSA.Create(2048);
        string rsaKey = Write("rsa.pem", rsa.ExportPkcs8PrivateKeyPem());
        string old = Write(
            "old.pem",
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n"
                + "-----END RSA PRIVATE KEY-----\n");
        string cut = Write("cut.pem", Chain.FullChainPem[..^40]);
        string pfx = PathOf("a.pfx"), noKey = PathOf("nokey.pfx"), large = PathOf("large.pem");
        File.WriteAllBytes(pfx, Chain.Pfx("secret"));
        File.WriteAllBytes(noKey, new X509Certificate2Collection(Chain.Intermediate).Export(X509ContentType.Pkcs12)!);
        File.WriteAllBytes(large, new byte[1024 * 1024 + 1]);

        Says<IOException>(() => ServerCertificate.FromPem(nothing), $"There is no file '{nothing}'.");
        Says<IOException>(() => ServerCertificate.FromPem(certificate, nothing), $"There is no file '{nothing}'.");
        Says<IOException>(
            () => ServerCertificate.FromPem(Path.Combine(nothing, "a")), $"There is no file '{Path.Combine(nothing, "a")}'.");
        Says<IOException>(() => ServerCertificate.FromPem(_folder.FullName), $"'{_folder.FullName}' is a directory, not a file.");
        Says<IOException>(() => ServerCertificate.FromPem(large), $"'{large}' is too large for a certificate or its key.");
        Says<IOException>(() => ServerCertificate.FromPfx(nothing), $"There is no file '{nothing}'.");

        Says<CryptographicException>(() => ServerCertificate.FromPem(text, key), $"'{text}' holds no certificate in PEM form.");
        Says<CryptographicException>(() => ServerCertificate.FromPem(pfx, key), $"'{pfx}' holds no certificate in PEM form.");
        Says<CryptographicException>(() => ServerCertificate.FromPem(damaged, key), $"A certificate in '{damaged}' is damaged.");
        Says<CryptographicException>(
            () => ServerCertificate.FromPem(cut, key), $"A certificate in '{cut}' is damaged: it does not end.");
        Says<CryptographicException>(
            () => ServerCertificate.FromPem(certificate), $"'{certificate}' holds no private key in PEM form.");
        Says<CryptographicException>(
            () => ServerCertificate.FromPem(certificate, text), $"'{text}' holds no private key in PEM form.");
        Says<CryptographicException>(
            () => ServerCertificate.FromPem(certificate, otherKey),
            $"The private key in '{otherKey}' is not that of the certificate in '{certificate}'.");
        Says<CryptographicException>(
            () => ServerCertificate.FromPem(certificate, rsaKey),
            $"The private key in '{rsaKey}' is not that of the certificate in '{certificate}'.");
        Says<CryptographicException>(
            () => ServerCertificate.FromPem(chain, otherKey),
            $"The private key in '{otherKey}' is not that of the first certificate in '{chain}'.");
        Says<CryptographicException>(
            () => ServerCertificate.FromPem(certificate, damagedKey),
            $"The private key in '{damagedKey}' is damaged, or neither RSA nor ECDSA.");
        Says<CryptographicException>(
            () => ServerCertificate.FromPem(certificate, encrypted),
            $"The private key in '{encrypted}' is encrypted: it needs a password.");
        Says<CryptographicException>(
            () => ServerCertificate.FromPem(certificate, encrypted, "wrong"),
            $"The password of the private key in '{encrypted}' is wrong.");
        Says<CryptographicException>(
            () => ServerCertificate.FromPem(certificate, old, "secret"),
            $"The private key in '{old}' is encrypted in a form that is out of use: openssl pkcs8 -topk8 makes a new one.");

        Says<CryptographicException>(() => ServerCertificate.FromPfx(pfx), $"'{pfx}' needs a password.");
        Says<CryptographicException>(() => ServerCertificate.FromPfx(pfx, "wrong"), $"The password of '{pfx}' is wrong.");
        Says<CryptographicException>(
            () => ServerCertificate.FromPfx(certificate), $"'{certificate}' is not a PFX file that can be read.");
        Says<CryptographicException>(
            () => ServerCertificate.FromPfx(noKey), $"'{noKey}' holds no certificate with a private key.");

        FluentActions.Invoking(() => ServerCertificate.FromPem("")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ServerCertificate.FromPem("a\0b")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ServerCertificate.FromPfx(" ")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ServerCertificate.From(Chain.Intermediate)).Should().Throw<ArgumentException>()
            .Which.ParamName.Should().Be("certificate");
        FluentActions.Invoking(() => new TlsOptions()).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new TlsOptions([null!])).Should().Throw<ArgumentException>();
    }

    [SkippableFact]
    public void A_file_that_may_not_be_read_is_one_line_that_names_it()
    {
        Skip.If(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Somebody who may read everything.");
        string path = Write("cert.pem", Chain.LeafPem);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.None);

        Says<IOException>(() => ServerCertificate.FromPem(path), $"The file '{path}' may not be read.");
    }

    [Theory]
    [InlineData("RSA 1024")]
    [InlineData("SHA-1")]
    [InlineData("secp256k1")]
    [InlineData("brainpoolP256r1")]
    [InlineData("secp224r1")]
    public void Refuses_a_certificate_that_no_handshake_succeeds_with(string kind)
    {
        using AsymmetricAlgorithm key = kind.StartsWith("RSA", StringComparison.Ordinal) ? RSA.Create(1024)
            : ECDsa.Create(kind == "SHA-1" ? ECCurve.NamedCurves.nistP256 : ECCurve.CreateFromFriendlyName(kind));
        CertificateRequest request = key is RSA rsa ? new("CN=a", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new("CN=a", (ECDsa)key, HashAlgorithmName.SHA256);
        X509SignatureGenerator own = key is RSA signing ? X509SignatureGenerator.CreateForRSA(signing, RSASignaturePadding.Pkcs1)
            : X509SignatureGenerator.CreateForECDsa((ECDsa)key);
        using X509Certificate2 bare = request.Create(
            new X500DistinguishedName("CN=Authority"), kind == "SHA-1" ? new Sha1Signature((ECDsa)key) : own,
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1]);
        using X509Certificate2 certificate =
            key is RSA pair ? bare.CopyWithPrivateKey(pair) : bare.CopyWithPrivateKey((ECDsa)key);
        string path = Write("pair.pem", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");

        FluentActions.Invoking(() => ServerCertificate.FromPem(path)).Should().ThrowExactly<CryptographicException>()
            .Which.Message.Should().StartWith($"No handshake succeeds with the certificate in '{path}': ").And.NotContain("\n");
        FluentActions.Invoking(() => ServerCertificate.From(certificate)).Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().StartWith("No handshake succeeds with the certificate: ");
    }

    [Fact]
    public void A_chain_file_that_is_cut_anywhere_in_its_second_certificate_is_damaged()
    {
        string key = Write("key.pem", Chain.KeyPem);
        int second = Chain.LeafPem.Length, end = Chain.FullChainPem.Length - 1; // but for its last line feed
        for (int length = second + 1; length < end; length++)
        {
            string path = Write("cut.pem", Chain.FullChainPem[..length]);
            FluentActions.Invoking(() => ServerCertificate.FromPem(path, key))
                .Should().Throw<CryptographicException>($"{length - second} of {end - second}").WithMessage("* is damaged*");
        }

        ServerCertificate.FromPem(Write("whole.pem", Chain.FullChainPem[..end]), key).Current.Should().Be(Chain.Leaf);
    }

    [Fact]
    public void Throws_only_what_it_documents_whatever_is_in_a_file()
    {
        Random random = new(1);
        byte[][] inputs = [Encoding.ASCII.GetBytes(Chain.FullChainPem + Chain.KeyPem), Chain.Pfx(null), Chain.Leaf.RawData];
        for (int i = 0; i < 300; i++)
        {
            byte[] content = (byte[])inputs[i % inputs.Length].Clone();
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                content[random.Next(content.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0) content = content[..random.Next(content.Length)];
            File.WriteAllBytes(PathOf("any"), content);
            foreach (Func<ServerCertificate> load in (Func<ServerCertificate>[])[
                () => ServerCertificate.FromPem(PathOf("any")), () => ServerCertificate.FromPfx(PathOf("any"))])
            {
                try
                {
                    load();
                }
                catch (CryptographicException exception)
                {
                    exception.Message.Should().NotContain("\n").And.Contain(PathOf("any"));
                }
            }
        }
    }

    [SkippableFact]
    public void What_can_never_be_read_is_one_line_in_the_end()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no FIFOs.");
        Fifo.Make(PathOf("fifo"));

        Says<IOException>(
            () => new PemCertificateFiles(PathOf("fifo"), null, null) { Patience = TimeSpan.FromMilliseconds(10) }.Read(),
            $"'{PathOf("fifo")}' could not be read within 0.01 seconds.");
        Says<IOException>(() => ServerCertificate.FromPem("/dev/zero"), "'/dev/zero' is too large for a certificate or its key.");
        Says<CryptographicException>(
            () => ServerCertificate.FromPem("/dev/null"), "'/dev/null' holds no certificate in PEM form.");
    }

    [Fact]
    public async Task A_certificate_that_was_disposed_of_fails_the_start_before_anything_is_bound()
    {
        CertificateChain chain = new("a.example");
        ServerCertificate certificate = ServerCertificate.From(chain.Leaf);
        await using PwbServer server = new(
            options: new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0, new TlsOptions(certificate)) });
        chain.Leaf.Dispose();

        for (int i = 0; i < 2; i++)
            (await server.Invoking(s => s.StartAsync()).Should().ThrowAsync<InvalidOperationException>()).WithMessage(
                "The certificate CN=Test Leaf has been disposed of.");

        server.Invoking(s => s.EndPoint).Should().Throw<InvalidOperationException>();
        await server.StopAsync().WaitAsync(Wire.SafetyTimeout);
    }

    private static void Says<TException>(Action action, string message)
        where TException : Exception => action.Should().ThrowExactly<TException>().Which.Message.Should().Be(message);

    /// <summary>Signs as nobody should any more, which .NET's own generators refuse.</summary>
    private sealed class Sha1Signature(ECDsa key) : X509SignatureGenerator
    {
        // Ecdsa-with-SHA1.
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
            Convert.FromHexString("300906072A8648CE3D0401");

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) =>
            key.SignData(data, HashAlgorithmName.SHA1, DSASignatureFormat.Rfc3279DerSequence);

        protected override PublicKey BuildPublicKey() => new(key);
    }
}
