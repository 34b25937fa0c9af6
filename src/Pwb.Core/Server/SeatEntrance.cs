using System.Net.Sockets;
using System.Runtime.InteropServices;
using Pwb.Epoll;
using Pwb.Platform;
using Pwb.Transports;

namespace Pwb.Server;

/// <summary>
/// Accepts the connections of one listening socket in one seat, and has their first bytes received there at once. When something
/// is wrong it leaves the epoll, so that nobody is told again and again, until it is opened anew.
/// </summary>
/// <param name="seat">Where.</param>
/// <param name="listener">A socket that listens and does not block.</param>
/// <param name="admit">Takes a connection over without waiting for anything, and returns what serves it.</param>
/// <param name="reserve">Descriptors that connections must not take.</param>
/// <param name="failed">Is told when it has left the epoll.</param>
internal sealed class SeatEntrance(
    Seat seat,
    SafeHandle listener,
    Func<Transport, IThreadPoolWorkItem?> admit,
    DescriptorReserve reserve,
    Action<Exception> failed) : IReadyTarget, IDisposable
{
    // After so many, others who are ready have their turn.
    private const int Turn = 8;

    private readonly Lock _lock = new();
    private ulong? _key;
    private bool _isOpen;
    private bool _isClosed;

    /// <summary>Begins to accept, or goes on with it.</summary>
    /// <exception cref="IOException">The system has no room for another.</exception>
    public void Open()
    {
        lock (_lock)
        {
            if (_isOpen || _isClosed) return;
            seat.Register(listener, LinuxEpoll.Readable | LinuxEpoll.Exclusive, _key ??= seat.Enter(this));
            _isOpen = true;
        }
    }

    /// <summary>Accepts nothing more. Whatever is accepted at that moment has been admitted when this returns.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isClosed) return;
            Close();
            _isClosed = true;
            if (_key is { } key) seat.Leave(key);
        }
    }

    void IReadyTarget.OnReady(uint events)
    {
        for (int i = 0; i < Turn && TryAccept(out IThreadPoolWorkItem? connection); i++)
        {
            connection?.Execute();
            if (!seat.IsMine) return; // it took so long that somebody else goes on
        }
    }

    // Nobody is there any more: another seat, or another process, was quicker.
    private static bool IsNobodyThere() => LinuxStreams.WouldWait()
        ? true
        : throw (LinuxStreams.IsShort()
            ? new SocketException((int)SocketError.TooManyOpenSockets)
            : LinuxStreams.Failure("accept4"));

    /// <returns>Whether there may be more.</returns>
    private bool TryAccept(out IThreadPoolWorkItem? connection)
    {
        connection = null;
        lock (_lock)
        {
            if (!_isOpen) return false;
            try
            {
                Span<byte> address = stackalloc byte[LinuxStreams.MaxAddressLength];
                int descriptor = LinuxStreams.Accept(listener, address);
                if (descriptor < 0) return LinuxStreams.HasClientGone() || !IsNobodyThere();

                bool isReserveHeld = reserve.TryHold(descriptor); // first, because to serve it may take a thread
                connection = Admit(new DescriptorHandle(descriptor), address);
                if (isReserveHeld) return true;
                Fail(new SocketException((int)SocketError.TooManyOpenSockets));
                return true; // the one that has come is served
            }
            catch (Exception exception)
            {
                Fail(exception);
                return false;
            }
        }
    }

    private IThreadPoolWorkItem? Admit(DescriptorHandle socket, ReadOnlySpan<byte> address)
    {
        EpollStream? stream = null;
        try
        {
            stream = new EpollStream(socket, seat);
            return admit(new EpollTransport(stream, address));
        }
        catch
        {
            if (stream is null) socket.Dispose();
            else stream.Dispose();
            throw;
        }
    }

    private void Fail(Exception exception)
    {
        Close();
        failed(exception);
    }

    private void Close()
    {
        if (_isOpen) seat.Unregister(listener);
        _isOpen = false;
    }
}
