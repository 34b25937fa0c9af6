namespace Pwb;

/// <summary>Whether an end point asks its clients for certificates.</summary>
public enum ClientCertificateMode
{
    /// <summary>Clients are not asked.</summary>
    None,

    /// <summary>
    /// Clients are asked for a certificate. A client without one is served too; a client whose certificate is not accepted is
    /// refused.
    /// </summary>
    Accept,

    /// <summary>Clients are asked for a certificate. Only clients with an accepted certificate are served.</summary>
    Require,
}
