using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pwb.Tests.Tls;

/// <summary>A certificate for some names, its intermediate and its root, made for one test.</summary>
internal sealed class CertificateChain
{
    private static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddDays(-10);

    private readonly ECDsa _intermediateKey;

    public CertificateChain(params string[] names)
        : this(ECDsa.Create(ECCurve.NamedCurves.nistP256), From.AddDays(100), names)
    {
    }

    public CertificateChain(AsymmetricAlgorithm key, DateTimeOffset until, params string[] names)
    {
        using ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ECDsa intermediateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Root = Authority("CN=Test Root", rootKey).CreateSelfSigned(From.AddDays(-5), From.AddDays(1000));
        using X509Certificate2 intermediate = Authority("CN=Test Intermediate", intermediateKey).Create(
            Root, From.AddDays(-5), From.AddDays(1000), RandomNumberGenerator.GetBytes(8));
        Intermediate = X509CertificateLoader.LoadCertificate(intermediate.RawData);
        _intermediateKey = intermediateKey;
        SubjectAlternativeNameBuilder alternatives = new();
        alternatives.AddIpAddress(IPAddress.Loopback);
        foreach (string name in names) alternatives.AddDnsName(name);
        CertificateRequest request = key is RSA rsa
            ? new CertificateRequest("CN=Test Leaf", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=Test Leaf", (ECDsa)key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(alternatives.Build());
        using X509Certificate2 withKey = intermediate.CopyWithPrivateKey(intermediateKey);
        using X509Certificate2 leaf = request.Create(
            withKey.SubjectName, X509SignatureGenerator.CreateForECDsa(intermediateKey), From, until,
            RandomNumberGenerator.GetBytes(8));
        Leaf = key is RSA own ? leaf.CopyWithPrivateKey(own) : leaf.CopyWithPrivateKey((ECDsa)key);
        Key = key;
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 Intermediate { get; }

    public X509Certificate2 Leaf { get; }

    public AsymmetricAlgorithm Key { get; }

    public string LeafPem => Leaf.ExportCertificatePem() + "\n";

    /// <summary>As certbot writes it.</summary>
    public string FullChainPem => LeafPem + Intermediate.ExportCertificatePem() + "\n";

    public string KeyPem => Key.ExportPkcs8PrivateKeyPem() + "\n";

    public string EncryptedKeyPem(string password) =>
        Key.ExportEncryptedPkcs8PrivateKeyPem(
            password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)) + "\n";

    public byte[] Pfx(string? password) =>
        new X509Certificate2Collection { Intermediate, Leaf }.Export(X509ContentType.Pkcs12, password)!;

    /// <summary>Another certificate from the intermediate, for one use if that is given.</summary>
    public X509Certificate2 Issue(DateTimeOffset until, Oid? use = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Test Other Leaf", key, HashAlgorithmName.SHA256);
        if (use is not null) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([use], critical: false));
        using X509Certificate2 leaf = request.Create(
            Intermediate.SubjectName, X509SignatureGenerator.CreateForECDsa(_intermediateKey), From, until,
            RandomNumberGenerator.GetBytes(8));
        return leaf.CopyWithPrivateKey(key);
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(
                certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request;
    }
}
