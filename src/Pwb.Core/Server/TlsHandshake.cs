using Pwb.Logging;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Pwb.Server;

/// <summary>The handshakes of an end point: which certificate a client gets.</summary>
internal sealed class TlsHandshake(TlsOptions options, TimeProvider timeProvider, ServerLog log)
{
    /// <summary>Says in the log which certificates clients will not accept.</summary>
    public void WarnOfExpired()
    {
        foreach (X509Certificate2 certificate in options.Certificates.Select(certificate => certificate.Current))
        {
            if (certificate.NotAfter.ToUniversalTime() < timeProvider.GetUtcNow().UtcDateTime) log.CertificateExpired(certificate.Subject, certificate.NotAfter.ToUniversalTime());
        }
    }

    /// <summary>Has a client and the server agree.</summary>
    public Task RunAsync(SslStream session, CancellationToken cancellationToken) => session.AuthenticateAsServerAsync(SelectAsync, this, cancellationToken);

    private static ValueTask<SslServerAuthenticationOptions> SelectAsync(SslStream session, SslClientHelloInfo hello, object? state, CancellationToken cancellationToken) =>
        new(((TlsHandshake)state!).Select(hello.ServerName));

    private SslServerAuthenticationOptions Select(string host)
    {
        foreach (ServerCertificate certificate in options.Certificates) certificate.Follow(timeProvider, log);
        ServerCertificate chosen = options.Certificates.FirstOrDefault(certificate => certificate.Loaded.IsFor(host)) ?? options.Certificates[0];
        return chosen.Loaded.HandshakeOptions;
    }
}
