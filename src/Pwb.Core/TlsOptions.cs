namespace Pwb;

/// <summary>
/// How end points speak TLS: 1.2 and 1.3, with HTTP/1.1 or 1.0 in it, without renegotiation and without client certificates. What else the
/// system's own TLS allows, such as its ciphers, is the system's to say.
/// </summary>
public sealed class TlsOptions
{
    /// <summary>Makes options with these certificates.</summary>
    /// <exception cref="ArgumentException">There is none, or one is null.</exception>
    public TlsOptions(params IReadOnlyList<ServerCertificate> certificates)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        if (certificates.Count == 0 || certificates.Contains(null!)) throw new ArgumentException("There is no certificate.", nameof(certificates));
        Certificates = [.. certificates];
    }

    /// <summary>
    /// The certificates. A client that names a host (SNI, RFC 6066 §3) gets the first whose DNS names match it; a <c>*</c> in a
    /// certificate stands for one whole label, the left-most (RFC 9525 §6.3). Any other client gets the first of all.
    /// </summary>
    public IReadOnlyList<ServerCertificate> Certificates { get; }
}
