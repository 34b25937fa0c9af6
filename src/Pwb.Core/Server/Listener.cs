using System.Net;
using System.Net.Sockets;
using Pwb.Epoll;
using Pwb.Logging;
using Pwb.Platform;
using Pwb.Transports;

namespace Pwb.Server;

/// <summary>An end point that the server listens on.</summary>
internal sealed class Listener
{
    private const int PortTries = 16;

    // The time that a stop may wait for the acceptor of a socket that must not be closed.
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(5);

    private readonly Socket? _socket;
    private readonly ListenerEntrance? _entrance;
    private readonly PipeListener? _pipe;
    private readonly ServerLog _log;
    private SeatedListening? _seated;
    private Acceptor? _acceptor;
    private long _loggedAt;
    private volatile bool _isStopped;

    private Listener(IConnectionListener listener, ServerEndPoint endPoint, ServerLog log)
    {
        _entrance = new ListenerEntrance(listener);
        _log = log;
        EndPoint = endPoint;
    }

    private Listener(PipeListener pipe, ServerEndPoint endPoint, ServerLog log)
        : this((IConnectionListener)pipe, endPoint, log) => _pipe = pipe;

    private Listener(Socket socket, ServerEndPoint endPoint, ServerLog log)
    {
        _socket = socket;
        _log = log;
        EndPoint = endPoint.IsIp ? endPoint with { Address = socket.LocalEndPoint! } : endPoint;
    }

    /// <summary>The end point, with its real port.</summary>
    public ServerEndPoint EndPoint { get; }

    /// <summary>
    /// Binds all the end points, or none. Those with port 0 and no TLS share one free port, and those with port 0 and TLS
    /// another.
    /// </summary>
    /// <exception cref="IOException">An end point cannot be bound. The message names it and the reason in one line.</exception>
    public static List<Listener> Bind(IReadOnlyList<ServerEndPoint> endPoints, int backlog, bool deferAccept, ServerLog log)
    {
        for (int tries = 1; ; tries++)
        {
            List<Listener> listeners = [];
            int[] freePorts = [0, 0];
            int kind = 0;
            ServerEndPoint current = endPoints[0];
            try
            {
                foreach (ServerEndPoint endPoint in endPoints)
                {
                    kind = endPoint.Tls is null ? 0 : 1;
                    current = endPoint is { IsIp: true, Port: 0 }
                        ? endPoint with { Address = new IPEndPoint(endPoint.Ip.Address, freePorts[kind]) }
                        : endPoint;
                    listeners.Add(Open(current, endPoint, backlog, deferAccept, log));
                    if (endPoint.Port == 0) freePorts[kind] = listeners[^1].EndPoint.Port;
                }

                return listeners;
            }
            catch (Exception exception)
            {
                listeners.ForEach(listener => listener.Stop());
                if (exception is UnauthorizedAccessException)
                    throw new IOException($"Cannot listen on {NameOf(current)}: permission denied.", exception);
                if (exception is not SocketException trouble) throw;

                // A port that is free on one address may be taken on the next.
                bool isUnlucky = freePorts[kind] != 0 && trouble.SocketErrorCode == SocketError.AddressAlreadyInUse;
                if (!isUnlucky || tries == PortTries)
                    throw new IOException($"Cannot listen on {NameOf(current)}: {Describe(trouble, current)}.", trouble);
            }
        }
    }

    /// <summary>Starts the thread that accepts. It waits for <see cref="Begin"/>.</summary>
    /// <param name="admit">
    /// Takes an accepted connection over without waiting, and returns the work that serves it, or null.
    /// </param>
    /// <param name="seats">The seats that accept from the server's own sockets; null to accept on the thread.</param>
    /// <param name="reserve">Descriptors that connections must not take.</param>
    /// <exception cref="OutOfMemoryException">The system gives no thread.</exception>
    public void Start(Func<Transport, IThreadPoolWorkItem?> admit, Seats? seats, DescriptorReserve reserve)
    {
        Func<Transport?> accept = _entrance is null ? AcceptSocket : _entrance.Accept;

        // An inherited socket keeps its mode: to make it non-blocking would change it for every process that has it.
        if (seats is not null && _socket is not null && EndPoint.Socket is null)
        {
            _seated = new SeatedListening(seats, _socket, admit, reserve);
            accept = _seated.Accept;
        }

        Acceptor acceptor = new(accept, transport => Reception.Queue(admit(transport)), LogSometimes, reserve);
        acceptor.Start();
        _acceptor = acceptor; // not before: a stop waits for the thread
    }

    /// <summary>Begins to accept.</summary>
    public void Begin() => _acceptor!.Begin();

    /// <summary>Stops accepting. The kernel refuses clients that come now or are still in its queue.</summary>
    public void Stop()
    {
        _isStopped = true;
        _acceptor?.Stop();
        _seated?.Dispose();
        if (EndPoint.Socket is null) _socket?.Dispose();
        _entrance?.Dispose();
        _pipe?.Dispose();
    }

    /// <summary>Completes when nothing more can be accepted.</summary>
    public Task WhenStoppedAsync() => (_acceptor, _entrance) switch
    {
        (null, _) => Task.CompletedTask,
        (_, null) => _acceptor.WhenEndedAsync(),
        _ => Task.WhenAny(_acceptor.WhenEndedAsync(), _entrance.WhenLeftBehindAsync()),
    };

    private static Listener Open(ServerEndPoint current, ServerEndPoint endPoint, int backlog, bool deferAccept, ServerLog log)
    {
        if (endPoint.ConnectionListener is { } listener) return new Listener(listener, endPoint, log);
        return endPoint.Address is PipeAddress name
            ? new Listener(new PipeListener(name), endPoint, log)
            : new Listener(Bind(current, backlog, deferAccept), endPoint, log);
    }

    private SocketTransport AcceptSocket()
    {
        Socket socket = EndPoint.Socket is null ? _socket!.Accept() : AcceptInherited(EndPoint.Socket);
        try
        {
            if (EndPoint.IsIp && !(ThisSystem.IsLinux && EndPoint.Socket is null)) SetOptions(socket);
            return new SocketTransport(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Closing the socket, or shutting it down, would end it for every process that has it. So the thread checks at intervals
    // whether to stop.
    private Socket AcceptInherited(Socket listening)
    {
        while (!_isStopped)
        {
            if (!listening.Poll(StopPatience, SelectMode.SelectRead)) continue;
            try
            {
                Socket socket = listening.Accept();
                socket.Blocking = true;
                return socket;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
            {
                // Another process was quicker.
            }
        }

        throw new OperationCanceledException();
    }

    private static void SetOptions(Socket socket)
    {
        try
        {
            SocketOptions.Set(socket);
        }
        catch (SocketException)
        {
            // The client has gone already, which its connection will notice.
        }
    }

    private static string NameOf(ServerEndPoint endPoint) =>
        endPoint.IsIp ? $"{endPoint.Scheme}://{endPoint}" : endPoint.ToString();

    private static Socket Bind(ServerEndPoint endPoint, int backlog, bool deferAccept) =>
        endPoint.Socket is { } listening ? listening
        : endPoint.Address is UnixDomainSocketEndPoint address ? UnixListening.Bind(address, endPoint.SocketMode, backlog)
        : Bind(endPoint.Ip, backlog, deferAccept);

    private static Socket Bind(IPEndPoint endPoint, int backlog, bool deferAccept)
    {
        TcpListener listener = new(endPoint);
        try
        {
            // On Unix, .NET sets SO_REUSEADDR, so that a restart need not wait until old connections are forgotten. On Windows
            // that option would let other programs take the port; there the exclusive option is needed.
            if (OperatingSystem.IsWindows()) listener.ExclusiveAddressUse = true;
            SocketOptions.Set(listener.Server); // inherited by accepted sockets on Linux: no system calls for each
            if (deferAccept && ThisSystem.IsLinux) LinuxSockets.DeferAccept(listener.Server);
            listener.Start(backlog);
            return listener.Server;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private static string Describe(SocketException exception, ServerEndPoint endPoint) => exception.SocketErrorCode switch
    {
        SocketError.AddressNotAvailable when !endPoint.IsIp => "there is no such directory",
        SocketError.AddressAlreadyInUse => "the address is already in use",
        SocketError.AddressNotAvailable => "this machine has no such address",
        SocketError.AccessDenied => "permission denied",
        SocketError.TooManyOpenSockets => "the process has too many open files",
        _ => exception.Message.TrimEnd('.'),
    };

    private void LogSometimes(Exception exception)
    {
        long now = Environment.TickCount64;
        if (_loggedAt != 0 && now - _loggedAt < LogInterval.TotalMilliseconds) return;

        _loggedAt = now;

        // On the pool, so that a hanging log does not stop the accepting.
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.Log.AcceptFailed(state.EndPoint.ToString(), state.Why),
            (Log: _log, EndPoint, Why: exception.Message),
            preferLocal: false);
    }
}
