using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Pwb.Protocol;

namespace Pwb.Transports;

/// <summary>
/// A connection over TLS. Only the connection's own loop touches the session; whoever ends it from outside closes the socket
/// below, since a session is not made for several threads.
/// </summary>
internal sealed class TlsTransport(NetworkStream stream, TlsHandshake handshake) : SocketTransport(stream)
{
    // RFC 8446 §5.1: the first byte of the record that begins a handshake. No method of HTTP begins with it.
    private const byte HandshakeRecord = 22;

    private SslStream? _session;
    private volatile bool _owesClosureAlert;

    private SslProtocols _protocol;
    private X509Certificate2? _clientCertificate;

    public override SslProtocols TlsProtocol => _protocol;

    public override X509Certificate2? ClientCertificate => _clientCertificate;

    public override bool NeedsOpening => true;

    public override bool EndsPendingReads => false;

    public override bool CanSendFiles => false;

    public override bool MayHoldUnreadData => _session is not null;

    public override bool OwesClosureAlert => _owesClosureAlert;

    // Encryption takes longer than the thread should be held up that all sockets wait for.
    public override bool CompletesInline
    {
        set { }
    }

    // What has arrived may be a close_notify, or bytes before it: only the session can tell.
    public override PeerState LookForEnd()
    {
        PeerState state = base.LookForEnd();
        return state == PeerState.Present && _session is not null ? PeerState.Unknown : state;
    }


    public override async ValueTask<Rejection> OpenAsync(CancellationToken cancellationToken)
    {
        Rejection refusal;
        _ = RemoteEndPoint; // asked for while there is one: who fails is named in the log
        try
        {
            byte[] first = new byte[1];
            if (await Socket.ReceiveAsync(first, SocketFlags.Peek, cancellationToken).ConfigureAwait(false) == 0)
                throw new IOException("nothing was sent");
            if (first[0] != HandshakeRecord) return Rejection.PlainOnTlsPort;

            _session = new SslStream(Stream, leaveInnerStreamOpen: true);
            refusal = await handshake.RunAsync(_session, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (IsEnded) throw new OperationCanceledException(exception.Message, exception); // by somebody else, who knows why
            End(abort: false); // without a reset, which could destroy the alert that says why
            throw new IOException($"no TLS handshake: {exception.GetBaseException().Message}", exception);
        }

        Stream = _session;
        _owesClosureAlert = true;
        _protocol = _session.SslProtocol; // a session that is closed no longer tells
        if (refusal == Rejection.None) _clientCertificate = _session.RemoteCertificate as X509Certificate2;
        return refusal;
    }

    public override async ValueTask ShutdownSendAsync()
    {
        if (_owesClosureAlert)
        {
            _owesClosureAlert = false;
            await ForeignTlsTransport.SendClosureAlertAsync(_session!).ConfigureAwait(false);
        }

        await base.ShutdownSendAsync().ConfigureAwait(false);
    }

    public override Task ReleaseAsync()
    {
        _session?.Dispose();
        return base.ReleaseAsync();
    }
}
