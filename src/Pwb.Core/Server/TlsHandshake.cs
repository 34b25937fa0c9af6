using Pwb.Logging;
using System.Net.Security;
using Pwb.Tls;

namespace Pwb.Server;

/// <summary>The handshakes of an end point: chooses the certificate that a client gets, and says when they fail for a reason of ours.</summary>
internal sealed class TlsHandshake(TlsOptions options, TimeProvider timeProvider, ServerLog log)
{
    private static readonly TimeSpan ExaminationInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _examining = new();
    private long? _examinedAt;

    /// <summary>Has a client and the server agree.</summary>
    public async Task RunAsync(SslStream session, CancellationToken cancellationToken)
    {
        Attempt attempt = new(this);
        try
        {
            await session.AuthenticateAsServerAsync(static (_, hello, state, _) => new(((Attempt)state!).Select(hello.ServerName)), attempt, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or IOException))
        {
            if (attempt.Chosen is { } chosen && IsDue()) Examine(chosen);
            throw;
        }
    }

    // Clients fail for reasons of theirs all the time, and messages of the system do not tell whose reason it was. A handshake with ourselves does.
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

        public SslServerAuthenticationOptions Select(string host)
        {
            Chosen = handshake.Choose(host);
            return Chosen.HandshakeOptions;
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
