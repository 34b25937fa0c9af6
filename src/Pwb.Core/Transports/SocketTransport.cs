using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Pwb.Platform;

namespace Pwb.Transports;

/// <summary>
/// A connection over a socket, TCP or Unix. A socket that was accepted or connected knows the other end's address without a
/// system call, until it is closed: so the address is taken from it at once.
/// </summary>
internal sealed class SocketTransport(
    NetworkStream stream, EndPoint? remoteEndPoint = null) : Transport(stream, remoteEndPoint ?? AddressOf(stream.Socket))
{
    private static bool _mayCompleteInline = ThisSystem.IsUnix;

    private bool _hasShutDown;

    private Socket Socket => ((NetworkStream)Stream).Socket;

    // Read on demand, since it costs a system call.
    public override EndPoint? Own => field ??= GetOwnEndPoint();

    public override bool CanShutdownSend => true;

    public override bool EndsPendingReads => true;

    public override bool CanSendFiles => true;

    public override bool HasUnreadData
    {
        get
        {
            try
            {
                return Socket.Available > 0;
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    // All sockets of the process depend on the thread that completes inline.
    public override void GoOnInline(bool neverBlocks) => SetInline(neverBlocks);

    public override bool GoOnWhereBlockingIsAllowed()
    {
        SetInline(false);
        return base.GoOnWhereBlockingIsAllowed();
    }

    public override bool GoOnInPool() => GoOnWhereBlockingIsAllowed();

    public override long GetAcknowledgedBytes()
    {
        try
        {
            return ThisSystem.IsLinux && Socket.AddressFamily != AddressFamily.Unix
                ? LinuxSockets.GetAcknowledgedBytes(Socket) : -1;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return -1;
        }
    }

    // sendfile(2), TransmitFile or what else the system has.
    public override async ValueTask<int> SendFileAsync(ReadOnlyMemory<byte> before, FileStream file, long offset, int count)
    {
        SendPacketsElement part = new(file, offset, count);
        TaskCompletionSource completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using SocketAsyncEventArgs sending = new(true); // without the execution context, which nothing here needs
        sending.SendPacketsElements = before.IsEmpty ? [part] : [new SendPacketsElement(before), part];
        sending.Completed += (_, _) => completed.SetResult();
        try
        {
            if (Socket.SendPacketsAsync(sending)) await completed.Task.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is NotSupportedException or ObjectDisposedException)
        {
            if (!Socket.Connected) throw new ConnectionLostException(exception); // as an operation before this one has found
            throw;
        }


        if (sending.SocketError == SocketError.Success) return sending.BytesTransferred - before.Length;

        SocketException error = new((int)sending.SocketError);
        if (IsNetworks(sending.SocketError)) throw new ConnectionLostException(error);
        throw new IOException($"The file cannot be sent: {error.Message}", error);
    }

    // Two or three system calls, once a second while a request is at work. Unread bytes hide an end behind them. Linux can report
    // a FIN behind them (TCP_INFO), but not whether the client has left or waits after sending everything.
    public override PeerState LookForEnd()
    {
        try
        {
            if (Socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is not 0) return PeerState.Gone;
            bool isReadable = Socket.Poll(0, SelectMode.SelectRead);
            return isReadable && Socket.Available == 0 ? PeerState.Ended : PeerState.Present;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return PeerState.Gone;
        }
    }

    public override ValueTask ShutdownSendAsync()
    {
        _hasShutDown = true;
        try
        {
            Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client has reset the connection.
        }

        return default;
    }

    public override bool ClosesAtOnce => true;

    public override long Descriptor => Socket.Handle;

    public override async ValueTask<int?> PeekAsync(CancellationToken cancellationToken)
    {
        byte[] first = new byte[1];
        return await Socket.ReceiveAsync(first, SocketFlags.Peek, cancellationToken).ConfigureAwait(false) == 0 ? -1 : first[0];
    }

    protected override void Close(bool abort)
    {
        // Without a moment to linger a socket closes with RST. The stream would send FIN first.
        if (abort) Socket.Close(timeout: 0);
        else if (_hasShutDown) Socket.Dispose(); // the stream would shut down once more
        Stream.Dispose();
    }

    // Internal, but kept within reach on purpose: the runtime's own trimmer settings preserve it.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_PreferInlineCompletions")]
    private static extern void SetPreferInlineCompletions(Socket socket, bool value);

    // The system says with the same kind of error that the file could not be read.
    private static bool IsNetworks(SocketError error) => error is SocketError.ConnectionReset or SocketError.ConnectionAborted
        or SocketError.Shutdown or SocketError.NotConnected or SocketError.TimedOut or SocketError.Disconnecting
        or SocketError.NetworkDown or SocketError.NetworkUnreachable or SocketError.NetworkReset
        or SocketError.HostDown or SocketError.HostUnreachable or SocketError.OperationAborted or SocketError.Interrupted;

    private void SetInline(bool isInline)
    {
        if (!_mayCompleteInline) return;
        try
        {
            SetPreferInlineCompletions(Socket, isInline);
        }
        catch (MissingMethodException)
        {
            _mayCompleteInline = false; // a runtime without it, where everything goes through the pool
        }
    }

    private static EndPoint? AddressOf(Socket socket)
    {
        try
        {
            if (socket.AddressFamily != AddressFamily.Unix) return socket.RemoteEndPoint;
            return ThisSystem.IsLinux && LinuxSockets.GetPeer(socket) is { } peer
                ? new UnixPeerEndPoint { ProcessId = peer.ProcessId, UserId = peer.UserId }
                : new UnixPeerEndPoint();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    private EndPoint? GetOwnEndPoint()
    {
        try
        {
            return Socket.LocalEndPoint;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
