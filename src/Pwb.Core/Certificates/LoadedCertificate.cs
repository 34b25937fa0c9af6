using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Pwb.Certificates;

/// <summary>A certificate with its key and chain, ready for handshakes.</summary>
internal sealed class LoadedCertificate
{
    private static readonly IdnMapping Idn = new();

    // In IANA's registry of ALPN identifiers. A client of HTTP/1.0 offers nothing else (curl --http1.0).
    private static readonly SslApplicationProtocol Http10 = new("http/1.0");

    private readonly X509Certificate2Collection _chain;
    private readonly string[] _names;

    public LoadedCertificate(X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        _chain = chain;
        Certificate = certificate;
        Subject = certificate.Subject;
        ValidFrom = certificate.NotBefore.ToUniversalTime();
        ValidUntil = certificate.NotAfter.ToUniversalTime();
        _names =
        [
            .. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(
                extension => extension.EnumerateDnsNames()),
        ];
        HandshakeOptions = OptionsWith(CreateContext(trust: null));
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>The subject, which stays known after the certificate was disposed of.</summary>
    public string Subject { get; }

    /// <summary>When it begins to be valid, in UTC.</summary>
    public DateTime ValidFrom { get; }

    /// <summary>When it ends to be valid, in UTC.</summary>
    public DateTime ValidUntil { get; }

    /// <summary>Whether the certificate has been disposed of, so that no handshake can begin with it.</summary>
    public bool IsDisposed => Certificate.Handle == IntPtr.Zero;

    /// <summary>For handshakes without client certificates.</summary>
    public SslServerAuthenticationOptions HandshakeOptions { get; }

    /// <summary>Options that begin a handshake with a context of this certificate.</summary>
    public static SslServerAuthenticationOptions OptionsWith(SslStreamCertificateContext context) => new()
    {
        ServerCertificateContext = context,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http11, Http10],
        AllowRenegotiation = false,
    };

    /// <summary>Makes what handshakes take the certificate and its chain from.</summary>
    /// <param name="trust">The authorities to name to clients; null for none.</param>
    public SslStreamCertificateContext CreateContext(SslCertificateTrust? trust) =>
        // offline: fetches neither missing certificates nor their status
        SslStreamCertificateContext.Create(Certificate, _chain, offline: true, trust);

    /// <summary>Whether one of its DNS names is that host.</summary>
    public bool IsFor(string host)
    {
        ReadOnlySpan<char> name = ToAscii(host);
        int dot = name.IndexOf('.');
        foreach (string own in _names)
        {
            if (name.Equals(own, StringComparison.OrdinalIgnoreCase)) return true;
            if (dot > 0 && own.StartsWith("*.", StringComparison.Ordinal)
                && name[dot..].Equals(own.AsSpan(1), StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    // SslStream shows an internationalised name as people read it; a certificate has it as DNS does.
    private static string ToAscii(string host)
    {
        try
        {
            return Ascii.IsValid(host) ? host : Idn.GetAscii(host);
        }
        catch (ArgumentException)
        {
            return host; // no name that a certificate could have
        }
    }
}
