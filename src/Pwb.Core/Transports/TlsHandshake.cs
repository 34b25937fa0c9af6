using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Pwb.Certificates;
using Pwb.Logging;
using Pwb.Protocol;

namespace Pwb.Transports;

/// <summary>
/// The handshakes of an end point: selects the certificate for a client, and reports failures that are the server's fault.
/// </summary>
/// <param name="options">The end point's.</param>
/// <param name="all">All end points of the server.</param>
/// <param name="timeProvider">Tells when a failure is worth a look again.</param>
/// <param name="log">The server's.</param>
internal sealed class TlsHandshake(TlsOptions options, IEnumerable<ServerEndPoint> all, TimeProvider timeProvider, ServerLog log)
{
    private static readonly TimeSpan ExaminationInterval = TimeSpan.FromMinutes(1);

    private readonly ClientCertificateCheck? _clientCheck =
        options.ClientCertificates == ClientCertificateMode.None
            ? null
            : new ClientCertificateCheck(options, !IsServedWithoutAsking(options, all), log);

    private readonly Lock _examining = new();
    private long? _examinedAt;

    /// <summary>Has a client and the server agree.</summary>
    /// <returns>The reason to refuse the client, or None.</returns>
    public async Task<Rejection> RunAsync(SslStream session, CancellationToken cancellationToken)
    {
        Attempt attempt = new(this);
        try
        {
            await session.AuthenticateAsServerAsync(
                static (_, hello, state, _) => new(((Attempt)state!).Select(hello.ServerName)), attempt, cancellationToken)
                .ConfigureAwait(false);
            return attempt.Refusal;
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or IOException))
        {
            if (attempt.Chosen is { } chosen && IsDue()) Examine(chosen);
            throw;
        }
    }

    private static bool IsServedWithoutAsking(TlsOptions options, IEnumerable<ServerEndPoint> all) =>
        all.Any(other => other.Tls is { ClientCertificates: ClientCertificateMode.None } tls
            && tls.Certificates.Intersect(options.Certificates).Any());

    // Clients fail for reasons of theirs all the time, and messages of the system do not tell whose reason it was. A handshake
    // with ourselves does.
    private void Examine(LoadedCertificate certificate)
    {
        if (HandshakeProof.WhatIsWrongWith(certificate) is { } why) log.HandshakesFail(certificate.Subject, why);
    }

    private bool IsDue()
    {
        lock (_examining)
        {
            if (_examinedAt is { } examinedAt && timeProvider.GetElapsedTime(examinedAt) < ExaminationInterval) return false;
            _examinedAt = timeProvider.GetTimestamp();
            return true;
        }
    }

    private sealed class Attempt(TlsHandshake handshake)
    {
        public LoadedCertificate? Chosen { get; private set; }

        public Rejection Refusal { get; private set; }

        public SslServerAuthenticationOptions Select(string host)
        {
            Chosen = handshake.Choose(host);
            return handshake._clientCheck?.OptionsFor(Chosen, Decide) ?? Chosen.HandshakeOptions;
        }

        // Whatever is decided, the handshake succeeds: on Linux the runtime would end it without an alert, so that the client
        // could not know why. As in nginx, a response tells it (RFC 9110 §15.5.4), and nothing that the client sends is looked
        // at.
        private bool Decide(object session, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            Refusal = handshake._clientCheck!.Decide(certificate, chain, errors);
            return certificate is null || chain is not null;
        }
    }

    private LoadedCertificate Choose(string host)
    {
        foreach (ServerCertificate certificate in options.Certificates)
        {
            LoadedCertificate loaded = certificate.Loaded;
            if (loaded.IsFor(host)) return loaded;
        }

        return options.Certificates[0].Loaded;
    }
}
