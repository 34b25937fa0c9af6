using System.Net;
using Pwb.Platform;
using Pwb.Transports;

namespace Pwb.Epoll;

/// <summary>A connection over a socket, TCP or Unix, that is served in a seat.</summary>
internal sealed class EpollTransport : Transport
{
    private readonly EpollStream _stream;
    private readonly EndPoint? _unixPeer;
    private readonly PeerAddress _peer;

    /// <param name="stream">The socket.</param>
    /// <param name="address">The address of the other end, as written by accept4(2).</param>
    public EpollTransport(EpollStream stream, ReadOnlySpan<byte> address)
        : base(stream, peer: null)
    {
        _stream = stream;
        if (!LinuxStreams.IsUnix(address)) _peer = new PeerAddress(address);
        else _unixPeer = UnixPeerOf(stream);
    }

    public override EndPoint? Peer => _unixPeer ?? (field ??= _peer.ToEndPoint());

    // Asked for on demand: it costs a system call.
    public override EndPoint? Own => field ??= OwnEndPointOf(_stream);

    public override bool CanShutdownSend => true;

    public override bool EndsPendingReads => true;

    public override bool CanSendFiles => true;

    public override bool ClosesAtOnce => true;

    public override long Descriptor => _stream.Socket.Number;

    public override bool HasUnreadData
    {
        get
        {
            try
            {
                return _stream.HasUnreadData;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }
    }

    public override void GoOnInline(bool neverBlocks) => _stream.GoOnInSeat(neverBlocks);

    public override bool GoOnWhereBlockingIsAllowed() => _stream.GoOnWhereHandlersMayBe();

    public override bool GoOnInPool()
    {
        _stream.GoOnInPool();
        return base.GoOnInPool();
    }

    public override long GetAcknowledgedBytes()
    {
        try
        {
            return _unixPeer is null ? LinuxStreams.GetAcknowledgedBytes(_stream.Socket) : -1;
        }
        catch (ObjectDisposedException)
        {
            return -1;
        }
    }

    public override async ValueTask<int?> PeekAsync(CancellationToken cancellationToken) =>
        await _stream.PeekAsync(cancellationToken).ConfigureAwait(false);

    public override async ValueTask<int> SendFileAsync(ReadOnlyMemory<byte> before, FileStream file, long offset, int count)
    {
        try
        {
            return await _stream.SendFileAsync(before, file.SafeFileHandle, offset, count).ConfigureAwait(false);
        }
        catch (IOException exception) when (LinuxStreams.IsOfNetwork(exception))
        {
            throw new ConnectionLostException(exception); // any other error is of the file
        }
    }

    public override PeerState LookForEnd()
    {
        try
        {
            if (LinuxStreams.HasError(_stream.Socket)) return PeerState.Gone;
            Span<byte> first = stackalloc byte[1];
            int count = LinuxStreams.PeekAt(_stream.Socket, first);
            if (count < 0 && !LinuxStreams.WouldWait()) return PeerState.Gone;
            return count == 0 ? PeerState.Ended : PeerState.Present;
        }
        catch (ObjectDisposedException)
        {
            return PeerState.Gone;
        }
    }

    public override ValueTask ShutdownSendAsync()
    {
        try
        {
            LinuxStreams.ShutdownSend(_stream.Socket);
        }
        catch (ObjectDisposedException)
        {
            // The connection has ended.
        }

        return default;
    }

    /// <summary>Closes the descriptor. The system may give its number to another file at once.</summary>
    public override async Task ReleaseAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        await base.ReleaseAsync().ConfigureAwait(false);
    }

    // For any thread. The descriptor stays open until the connection's loop closes it, which also sends the FIN.
    protected override void Close(bool abort)
    {
        try
        {
            if (abort && _unixPeer is null) LinuxStreams.Reset(_stream.Socket);
            else if (abort) LinuxStreams.ShutdownBoth(_stream.Socket);
            if (_stream.End() && !abort) LinuxStreams.ShutdownBoth(_stream.Socket); // the loop may take some time to close it
        }
        catch (ObjectDisposedException)
        {
            // The loop has closed it.
        }
    }

    private static UnixPeerEndPoint UnixPeerOf(EpollStream stream) =>
        LinuxStreams.GetPeer(stream.Socket) is { } peer
            ? new UnixPeerEndPoint { ProcessId = peer.ProcessId, UserId = peer.UserId }
            : new UnixPeerEndPoint();

    private static EndPoint? OwnEndPointOf(EpollStream stream)
    {
        try
        {
            return LinuxStreams.GetLocalEndPoint(stream.Socket);
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }
}
