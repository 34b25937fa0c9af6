using System.Net.Sockets;
using Pwb.Epoll;
using Pwb.Transports;

namespace Pwb.Server;

/// <summary>Has one listening socket accepted from in all seats of a server.</summary>
internal sealed class SeatedListening : IDisposable
{
    private readonly SemaphoreSlim _trouble = new(0);
    private readonly SeatEntrance[] _entrances;
    private volatile Exception? _why;
    private volatile bool _isClosed;

    /// <param name="seats">Where.</param>
    /// <param name="listener">The socket. It does not block from now on.</param>
    /// <param name="admit">Takes a connection over without waiting for anything, and returns what serves it.</param>
    /// <param name="reserve">Descriptors that connections must not take.</param>
    public SeatedListening(
        Seats seats, Socket listener, Func<Transport, IThreadPoolWorkItem?> admit, DescriptorReserve reserve)
    {
        listener.Blocking = false;
        _entrances = new SeatEntrance[seats.All.Count];
        for (int i = 0; i < _entrances.Length; i++)
            _entrances[i] = new SeatEntrance(seats.All[i], listener.SafeHandle, admit, reserve, OnFailed);
    }

    /// <summary>
    /// Has connections accepted until there is trouble, which it throws: for the thread that sees to trouble, and then calls this
    /// again.
    /// </summary>
    /// <exception cref="OperationCanceledException">This was closed.</exception>
    public Transport? Accept()
    {
        while (_trouble.Wait(0))
        {
            // What was told before is over.
        }

        foreach (SeatEntrance entrance in _entrances) entrance.Open();
        if (!_isClosed) _trouble.Wait();
        throw _isClosed ? new OperationCanceledException() : _why!;
    }

    /// <summary>Accepts nothing more. What was accepted has been admitted when this returns.</summary>
    public void Dispose()
    {
        _isClosed = true;
        foreach (SeatEntrance entrance in _entrances) entrance.Dispose();
        _trouble.Release();
    }

    private void OnFailed(Exception exception)
    {
        _why = exception;
        _trouble.Release();
    }
}
