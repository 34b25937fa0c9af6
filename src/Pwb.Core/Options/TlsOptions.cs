using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Pwb;

/// <summary>
/// The TLS settings of end points: TLS 1.2 and 1.3, with HTTP/1.1 or 1.0 in it, without renegotiation. The system's own TLS
/// decides about everything else, such as ciphers.
/// </summary>
/// <example><code>
/// TlsOptions tls = new(ServerCertificate.SelfSigned()) { ClientCertificates = ClientCertificateMode.Require };
/// </code></example>
public sealed class TlsOptions
{
    /// <summary>Makes options with these certificates.</summary>
    /// <exception cref="ArgumentException">The list is empty, or a certificate is null.</exception>
    public TlsOptions(params IReadOnlyList<ServerCertificate> certificates)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        if (certificates.Count == 0 || certificates.Contains(null!))
            throw new ArgumentException("There is no certificate.", nameof(certificates));
        Certificates = [.. certificates];
    }

    /// <summary>
    /// The certificates. A client that names a host (SNI, RFC 6066 §3) gets the first whose DNS names match it; a <c>*</c> in a
    /// certificate stands for one whole label, the left-most (RFC 9525 §6.3). Any other client gets the first of all.
    /// </summary>
    public IReadOnlyList<ServerCertificate> Certificates { get; }

    /// <summary>
    /// Whether clients are asked for certificates, in the handshake (mutual TLS). Default:
    /// <see cref="ClientCertificateMode.None"/>. A client that is refused gets a 403 that says why, and then the end of the
    /// connection; no handler sees it.
    /// </summary>
    /// <exception cref="ArgumentException">The value is not one of the enumeration.</exception>
    public ClientCertificateMode ClientCertificates
    {
        get;
        init =>
            field = Enum.IsDefined(value)
                ? value
                : throw new ArgumentException($"ClientCertificates is {value}, which is none.", nameof(value));
    }

    /// <summary>
    /// The authorities whose client certificates are accepted: roots, and intermediates that clients may not send. Default null:
    /// the authorities that the system trusts. Clients are told their names, except on Windows.
    /// </summary>
    /// <exception cref="ArgumentException">The list is empty or holds null.</exception>
    public IReadOnlyList<X509Certificate2>? ClientCertificateAuthorities
    {
        get;
        init
        {
            if (value is { Count: 0 } || value?.Contains(null!) == true)
                throw new ArgumentException("There is no authority.", nameof(value));
            field = value is null ? null : [.. value];
        }
    }

    /// <summary>
    /// Whether revoked client certificates are looked up. Default: <see cref="X509RevocationMode.NoCheck"/>.
    /// <see cref="X509RevocationMode.Online"/> fetches lists during handshakes, for up to five seconds. A client whose list
    /// cannot be fetched is refused.
    /// </summary>
    /// <exception cref="ArgumentException">The value is not one of the enumeration.</exception>
    public X509RevocationMode ClientCertificateRevocation
    {
        get;
        init =>
            field = Enum.IsDefined(value)
                ? value
                : throw new ArgumentException($"ClientCertificateRevocation is {value}, which is none.", nameof(value));
    }

    /// <summary>
    /// Decides about a client certificate. It gets the certificate, its chain and their errors, and returns whether the client is
    /// served. Default null: certificates without errors are served. Many threads call it at once, during handshakes. An
    /// exception refuses the client.
    /// </summary>
    public Func<X509Certificate2, X509Chain, SslPolicyErrors, bool>? ClientCertificateValidator { get; init; }
}
