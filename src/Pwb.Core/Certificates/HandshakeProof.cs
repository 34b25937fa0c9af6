using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Pwb.InMemory;

namespace Pwb.Certificates;

/// <summary>
/// Handshakes of the process with itself, in memory. Nothing else shows whether a certificate works: whether the system's TLS
/// refuses short keys, old hashes or rare curves depends on its version and configuration.
/// </summary>
internal static class HandshakeProof
{
    private static readonly SslProtocols[] Versions = [SslProtocols.Tls12, SslProtocols.Tls13];

    // A certificate that works wherever TLS does: what fails with this one is not the certificate's fault.
    private static readonly Lazy<LoadedCertificate> Reference = new(
        static () => new LoadedCertificate(SelfSignedCertificate.Create([]), []));

    /// <summary>Why handshakes fail, in one line; null if they succeed by each version of TLS that this system speaks.</summary>
    public static string? WhatIsWrongWith(LoadedCertificate certificate)
    {
        foreach (SslProtocols version in Versions)
        {
            if (Try(certificate, version) is { } why && Try(Reference.Value, version) is null) return why;
        }

        return null;
    }

    private static string? Try(LoadedCertificate certificate, SslProtocols version)
    {
        MemoryPipe requests = new(), responses = new();
        using SslStream server = new(new ConnectionEnd(requests, responses, static _ => { }));
        using SslStream client = new(new ConnectionEnd(responses, requests, static _ => { }));
        string? clientsProblem = null;
        Thread other = new(() => clientsProblem = Run(client, () => client.AuthenticateAsClient(ClientOptions(version))))
        {
            IsBackground = true,
            Name = "PWB handshake proof",
        };
        other.Start();
        string? problem = Run(server, () => server.AuthenticateAsServer(certificate.HandshakeOptions));
        other.Join();
        return problem ?? clientsProblem;
    }

    // The end that fails closes, so that the other does not wait for it.
    private static string? Run(SslStream session, Action authenticate)
    {
        try
        {
            authenticate();
            return null;
        }
        catch (Exception exception)
        {
            session.Dispose();
            return exception.GetBaseException().Message.ReplaceLineEndings(" ");
        }
    }

    private static SslClientAuthenticationOptions ClientOptions(SslProtocols version) => new()
    {
        TargetHost = "localhost",
        EnabledSslProtocols = version,
        ApplicationProtocols = [SslApplicationProtocol.Http11],
        AllowTlsResume = false,
        CertificateChainPolicy =
            new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
        // trust is not the question here
        RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
    };
}
