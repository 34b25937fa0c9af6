using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pwb.Certificates;
using Pwb.Logging;
using Pwb.Protocol;

namespace Pwb.Transports;

/// <summary>Asks the clients of an end point for certificates in their handshakes, and checks those certificates.</summary>
/// <param name="options">Which certificates are accepted.</param>
/// <param name="mayResume">
/// Whether sessions may be resumed. Not where an end point that asks for nothing has the same server certificate: on Linux the
/// runtime shares sessions by that, and a client that comes from there would seem to have no certificate.
/// </param>
/// <param name="log">Gets the exceptions of a validator.</param>
internal sealed class ClientCertificateCheck(TlsOptions options, bool mayResume, ServerLog log)
{
    // Intermediates of clients are few; a client that brings ever new ones is not remembered.
    private const int MaxIntermediates = 100;

    // To wait for a list of revoked certificates must leave the handshake time to end.
    private static readonly TimeSpan RetrievalTimeout = TimeSpan.FromSeconds(5);

    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly ConditionalWeakTable<LoadedCertificate, SslStreamCertificateContext> _contexts = [];

    // A resumed session has the client's certificate, but not its intermediates.
    private readonly X509Certificate2Collection _intermediates = [];

    /// <summary>Options for one handshake. The policy belongs to it alone, since building a chain may change it.</summary>
    public SslServerAuthenticationOptions OptionsFor(LoadedCertificate certificate, RemoteCertificateValidationCallback decide)
    {
        SslServerAuthenticationOptions result = LoadedCertificate.OptionsWith(_contexts.GetValue(certificate, CreateContext));
        result.ClientCertificateRequired = true; // asks; whether one must come is decided by the callback
        result.CertificateChainPolicy = CreatePolicy();
        result.RemoteCertificateValidationCallback = decide;
        result.AllowTlsResume = mayResume;
        return result;
    }

    /// <summary>The reason to refuse the client, or None.</summary>
    public Rejection Decide(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 own)
            return options.ClientCertificates == ClientCertificateMode.Accept
                ? Rejection.None
                : Rejection.ClientCertificateMissing;
        return IsAccepted(own, chain!, errors) ? Rejection.None : Rejection.ClientCertificateNotAccepted;
    }

    // Names the authorities to the client, which can then choose among its certificates (RFC 8446 §4.2.4). Windows takes only a
    // system store for that.
    private SslStreamCertificateContext CreateContext(LoadedCertificate certificate)
    {
        bool areNamed = options.ClientCertificateAuthorities is not null && !OperatingSystem.IsWindows();
        return certificate.CreateContext(
            areNamed
                ? SslCertificateTrust.CreateForX509Collection(
                    [.. options.ClientCertificateAuthorities!], sendTrustInHandshake: true)
                : null);
    }

    private X509ChainPolicy CreatePolicy()
    {
        X509ChainPolicy policy = new()
        {
            DisableCertificateDownloads = true,
            RevocationMode = options.ClientCertificateRevocation,
            RevocationFlag = X509RevocationFlag.ExcludeRoot,
            UrlRetrievalTimeout = RetrievalTimeout,
        };
        policy.ApplicationPolicy.Add(ClientAuthentication);
        lock (_intermediates) policy.ExtraStore.AddRange(_intermediates);
        if (options.ClientCertificateAuthorities is { } authorities)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            foreach (X509Certificate2 authority in authorities) policy.CustomTrustStore.Add(authority);
        }

        return policy;
    }

    private bool IsAccepted(X509Certificate2 certificate, X509Chain chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) Remember(chain);
        if (options.ClientCertificateValidator is not { } validator) return errors == SslPolicyErrors.None;

        try
        {
            return validator(certificate, chain, errors);
        }
        catch (Exception exception) // a user's exception must not let a client in
        {
            log.ClientCertificateValidatorFailed(exception);
            return false;
        }
    }

    private void Remember(X509Chain chain)
    {
        for (int i = 1; i < chain.ChainElements.Count - 1; i++)
        {
            X509Certificate2 intermediate = chain.ChainElements[i].Certificate;
            lock (_intermediates)
            {
                if (_intermediates.Count < MaxIntermediates && !_intermediates.Contains(intermediate))
                    _intermediates.Add(X509CertificateLoader.LoadCertificate(intermediate.RawData));
            }
        }
    }
}
