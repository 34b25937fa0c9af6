using System.Net;
using System.Net.Sockets;

namespace Pwb.Server;

/// <summary>Binds end points and accepts connections on them until it is told to stop, whatever goes wrong.</summary>
internal sealed class Listener : IDisposable
{
    private const int PortTries = 16;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(5);

    private readonly TcpListener _listener;
    private readonly ServerLog _log;
    private long _lastLog;

    private Listener(TcpListener listener, ServerLog log)
    {
        _listener = listener;
        _log = log;
        EndPoint = (IPEndPoint)listener.LocalEndpoint;
    }

    /// <summary>Where it listens, with the real port.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Binds all the end points, or none. Those with port 0 get one free port together.</summary>
    /// <exception cref="IOException">An end point cannot be bound; the message says which and why, in one line.</exception>
    public static List<Listener> Bind(IReadOnlyList<IPEndPoint> endPoints, int backlog, ServerLog log)
    {
        for (int tries = 1; ; tries++)
        {
            List<Listener> listeners = [];
            int freePort = 0;
            IPEndPoint current = endPoints[0];
            try
            {
                foreach (IPEndPoint endPoint in endPoints)
                {
                    current = endPoint.Port == 0 ? new IPEndPoint(endPoint.Address, freePort) : endPoint;
                    listeners.Add(new Listener(Start(current, backlog), log));
                    if (endPoint.Port == 0) freePort = listeners[^1].EndPoint.Port;
                }

                return listeners;
            }
            catch (SocketException exception)
            {
                listeners.ForEach(listener => listener.Dispose());

                // The port that is free on one address may be taken on the next.
                bool isUnlucky = freePort != 0 && exception.SocketErrorCode == SocketError.AddressAlreadyInUse;
                if (!isUnlucky || tries == PortTries) throw new IOException($"Cannot listen on http://{current}: {Describe(exception)}.", exception);
            }
        }
    }

    /// <summary>Accepts connections until the listener is disposed.</summary>
    /// <param name="serve">Takes over an accepted socket. It must not throw.</param>
    public async Task AcceptAsync(Action<Socket> serve)
    {
        TimeSpan delay = FirstDelay;
        while (true)
        {
            try
            {
                Socket socket = await _listener.AcceptSocketAsync().ConfigureAwait(false);
                delay = FirstDelay;
                serve(socket);
            }
            catch (Exception) when (!_listener.Server.IsBound || IsDisposed)
            {
                return;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // A client that was gone before it was accepted: not the server's trouble.
            }
            catch (Exception exception)
            {
                LogSometimes(exception);
                await Task.Delay(delay).ConfigureAwait(false);
                delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
            }
        }
    }

    /// <summary>Stops accepting. Connections that the kernel has queued are refused by it.</summary>
    public void Dispose()
    {
        IsDisposed = true;
        _listener.Dispose();
    }

    private bool IsDisposed { get; set; }

    private static TcpListener Start(IPEndPoint endPoint, int backlog)
    {
        TcpListener listener = new(endPoint);
        try
        {
            // .NET sets SO_REUSEADDR on Unix, so that a restart need not wait for old connections to be forgotten. On
            // Windows that option would let others take the port away; there it is the exclusive one that is wanted.
            if (OperatingSystem.IsWindows()) listener.ExclusiveAddressUse = true;
            listener.Server.NoDelay = true; // inherited by accepted sockets on Linux, one system call less for each
            listener.Start(backlog);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private static string Describe(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "the address is already in use",
        SocketError.AddressNotAvailable => "this machine has no such address",
        SocketError.AccessDenied => "permission denied",
        SocketError.TooManyOpenSockets => "the process has too many open files",
        _ => exception.Message.TrimEnd('.'),
    };

    private void LogSometimes(Exception exception)
    {
        long now = Environment.TickCount64;
        if (_lastLog != 0 && now - _lastLog < LogInterval.TotalMilliseconds) return;

        _lastLog = now;
        _log.AcceptFailed(EndPoint.ToString(), exception.Message);
    }
}
