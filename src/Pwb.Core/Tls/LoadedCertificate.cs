using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Pwb.Tls;

/// <summary>A certificate with its key and chain, ready for handshakes.</summary>
internal sealed class LoadedCertificate
{
    private static readonly IdnMapping Idn = new();

    // In IANA's registry of ALPN identifiers. A client of HTTP/1.0 offers nothing else (curl --http1.0).
    private static readonly SslApplicationProtocol Http10 = new("http/1.0");

    private readonly string[] _names;

    public LoadedCertificate(X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        Certificate = certificate;
        _names = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension => extension.EnumerateDnsNames())];
        HandshakeOptions = new SslServerAuthenticationOptions
        {
            // Offline: it fetches nothing from the network, neither missing certificates nor their status.
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http11, Http10],
            AllowRenegotiation = false,
        };
    }

    public X509Certificate2 Certificate { get; }

    public SslServerAuthenticationOptions HandshakeOptions { get; }

    /// <summary>Whether one of its DNS names is that host.</summary>
    public bool IsFor(string host)
    {
        ReadOnlySpan<char> name = ToAscii(host);
        int dot = name.IndexOf('.');
        foreach (string own in _names)
        {
            if (name.Equals(own, StringComparison.OrdinalIgnoreCase)) return true;
            if (dot > 0 && own.StartsWith("*.", StringComparison.Ordinal) && name[dot..].Equals(own.AsSpan(1), StringComparison.OrdinalIgnoreCase)) return true;
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
