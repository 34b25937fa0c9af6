using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Pwb.Protocol;

namespace Pwb.Transports;

/// <summary>
/// A connection over TLS, around another transport. Only the connection's own loop touches the session, since a session is not
/// made for several threads. Other threads end the connection by closing the transport below.
/// </summary>
internal sealed class TlsTransport(Transport below, TlsHandshake handshake) : Transport(below.Stream, below.Peer, below.Preface)
{
    // RFC 8446 §5.1: the first byte of the record that begins a handshake. No method of HTTP begins with it.
    private const byte HandshakeRecord = 22;

    private SslStream? _session;
    private volatile bool _owesClosureAlert;

    private SslProtocols _protocol;
    private X509Certificate2? _clientCertificate;

    public override bool IsSecure => Stream is SslStream; // once the handshake has been done

    public override SslProtocols TlsProtocol => _protocol;

    public override X509Certificate2? ClientCertificate => _clientCertificate;

    public override EndPoint? Own => below.Own;

    public override bool NeedsOpening => true;

    public override bool CanShutdownSend => below.CanShutdownSend;

    public override bool HasUnreadData => below.HasUnreadData;

    public override bool ClosesAtOnce => below.ClosesAtOnce;

    public override long Descriptor => below.Descriptor;

    public override bool MayHoldUnreadData => _session is not null;

    public override bool OwesClosureAlert => _owesClosureAlert;

    // The received bytes may be a close_notify or content: only the session can tell.
    public override PeerState LookForEnd()
    {
        PeerState state = below.LookForEnd();
        return state == PeerState.Present && _session is not null ? PeerState.Unknown : state;
    }

    public override long GetAcknowledgedBytes() => below.GetAcknowledgedBytes();

    public override async ValueTask<Rejection> OpenAsync(CancellationToken cancellationToken)
    {
        Rejection refusal;
        if (Preface is not null) await base.OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            int? first = await below.PeekAsync(cancellationToken).ConfigureAwait(false);
            if (first == -1) throw new IOException("nothing was sent");
            if (first is not (null or HandshakeRecord)) return Rejection.PlainOnTlsPort;

            // Signing takes long, and a user's check of a client's certificate may ask other servers.
            if (!below.GoOnInPool()) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            _session = new SslStream(Stream, leaveInnerStreamOpen: true);
            refusal = await handshake.RunAsync(_session, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (IsEnded) throw new OperationCanceledException(exception.Message, exception); // by another thread, which knows why
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

        await below.ShutdownSendAsync().ConfigureAwait(false);
    }

    // Encryption takes longer than a thread should be held up that all sockets wait for.
    public override void GoOnInline(bool neverBlocks) => below.GoOnInline(neverBlocks: false);

    public override bool GoOnWhereBlockingIsAllowed() => below.GoOnWhereBlockingIsAllowed();

    public override bool GoOnInPool() => below.GoOnInPool();

    public override async Task ReleaseAsync()
    {
        _session?.Dispose();
        await base.ReleaseAsync().ConfigureAwait(false);
        await below.ReleaseAsync().ConfigureAwait(false);
    }

    protected override void Close(bool abort) => below.End(abort);
}
