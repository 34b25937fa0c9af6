namespace Pwb;

/// <summary>A fault of a whole connection, before any request: see <see cref="FakeService.OnConnect"/>.</summary>
public enum ConnectionFault
{
    /// <summary>
    /// Nobody listens. In memory the client gets the system's "connection refused"; on a port, where the system has accepted
    /// already, a reset.
    /// </summary>
    Refused,

    /// <summary>
    /// The connection is accepted, and ended when the client has sent something. .NET's client by itself tries up to three more
    /// connections then.
    /// </summary>
    Closed,

    /// <summary>The connection is accepted, and reset when the client has sent something.</summary>
    Reset,

    /// <summary>The connection is accepted, and nothing ever comes, not even an end. Over https the handshake hangs.</summary>
    Silent,

    /// <summary>The TLS handshake fails: the service sends the alert handshake_failure. A connection by http is closed.</summary>
    TlsFails,

    /// <summary>The certificate comes from an authority that no client trusts. A connection by http is closed.</summary>
    UntrustedCertificate,

    /// <summary>The certificate is for another host name. A connection by http is closed.</summary>
    WrongHostCertificate,

    /// <summary>The certificate expired yesterday. A connection by http is closed.</summary>
    ExpiredCertificate,
}
