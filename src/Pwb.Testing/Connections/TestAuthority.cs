using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pwb.Testing.Connections;

/// <summary>
/// Signs certificates for every host that a test asks. Each process has its own authority, whose key is in memory only, so
/// trusting it trusts no other process.
/// </summary>
internal sealed class TestAuthority
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<string, SslStreamCertificateContext> _contexts = new(StringComparer.OrdinalIgnoreCase);
    private readonly X509Certificate2 _signer;

    private TestAuthority(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _signer = request.CreateSelfSigned(DateTimeOffset.UtcNow - 60 * Day, DateTimeOffset.UtcNow + 60 * Day);
        Certificate = X509CertificateLoader.LoadCertificate(_signer.RawData);
    }

    /// <summary>The authority that the clients of this process's fake services trust.</summary>
    public static TestAuthority Trusted { get; } = new("Pwb.Testing of this process");

    /// <summary>An authority that no client trusts. Made on demand.</summary>
    public static TestAuthority Stranger => LazyStranger.Value;

    /// <summary>Its certificate, without the key.</summary>
    public X509Certificate2 Certificate { get; }

    private static Lazy<TestAuthority> LazyStranger { get; } = new(() => new TestAuthority("Pwb.Testing trusted by nobody"));

    /// <summary>A certificate for a host, with its key. Made once for each.</summary>
    /// <param name="host">A name or an address.</param>
    /// <param name="isExpired">Whether it was valid until yesterday.</param>
    public SslStreamCertificateContext For(string host, bool isExpired = false) =>
        _contexts.GetOrAdd(
            $"{host} {isExpired}", _ => SslStreamCertificateContext.Create(Make(host, isExpired), null, offline: true));

    private X509Certificate2 Make(string host, bool isExpired)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=fake service", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuthentication], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_signer, true, false));
        SubjectAlternativeNameBuilder names = new();
        if (IPAddress.TryParse(host, out IPAddress? address)) names.AddIpAddress(address);
        else names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());

        DateTimeOffset now = DateTimeOffset.UtcNow;
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F; // RFC 5280 §4.1.2.2: a positive number
        DateTimeOffset end = isExpired ? now - Day : now + 30 * Day;
        using X509Certificate2 certificate = request.Create(_signer, now - 30 * Day, end, serial);
        X509Certificate2 withKey = certificate.CopyWithPrivateKey(key);
        if (!OperatingSystem.IsWindows()) return withKey;

        // SChannel uses no key that is in memory alone.
        using (withKey) return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
