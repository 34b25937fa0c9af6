namespace Pwb;

/// <summary>Whether an end point asks its clients for certificates.</summary>
public enum ClientCertificateMode
{
    /// <summary>Clients are not asked.</summary>
    None,

    /// <summary>
    /// Clients are asked. One that sends no certificate is served too; one that sends a certificate which is not accepted is
    /// refused.
    /// </summary>
    Accept,

    /// <summary>Clients are asked. Only those that send a certificate which is accepted are served.</summary>
    Require,
}
