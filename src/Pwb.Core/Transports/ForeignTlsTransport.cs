using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Pwb.Transports;

/// <summary>A connection over a TLS session that the user has opened.</summary>
internal sealed class ForeignTlsTransport(SslStream session, EndPoint? remoteEndPoint) : Transport(session, remoteEndPoint)
{
    private volatile bool _owesClosureAlert = true;

    public override bool IsSecure => true;

    public override SslProtocols TlsProtocol { get; } = session.IsAuthenticated ? session.SslProtocol : SslProtocols.None;

    public override X509Certificate2? ClientCertificate { get; } =
        session.IsAuthenticated ? session.RemoteCertificate as X509Certificate2 : null;

    public override bool MayHoldUnreadData => true;

    public override bool OwesClosureAlert => _owesClosureAlert;

    public override ValueTask ShutdownSendAsync()
    {
        bool isOwed = _owesClosureAlert;
        _owesClosureAlert = false;
        return isOwed ? SendClosureAlertAsync(session) : default;
    }

    /// <summary>Sends close_notify. RFC 8446 §6.1: without it, a client takes the received bytes for truncated.</summary>
    public static async ValueTask SendClosureAlertAsync(SslStream session)
    {
        try
        {
            await session.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The client has gone already, or has broken the session. The runtime has many exceptions for that.
        }
    }
}
