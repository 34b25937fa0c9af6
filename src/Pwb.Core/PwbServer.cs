using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Channels;
using Pwb.Logging;
using Pwb.Http1;
using Pwb.InMemory;
using Pwb.Protocol;
using Pwb.Server;
using Pwb.Telemetry;

namespace Pwb;

/// <summary>
/// An HTTP/1.1 server. It listens on TCP end points with <see cref="RunAsync"/> or <see cref="StartAsync"/>, and serves any other stream
/// with <see cref="ServeAsync"/>.
/// </summary>
public sealed class PwbServer : IAsyncDisposable
{
    // How long handlers of aborted connections get to notice it before the server stops without them.
    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(1);

    private readonly PwbServerOptions _options;
    private readonly HostFilter? _loopbackHosts;
    private readonly HostFilter? _hosts;
    private readonly ServerLog _log;
    private readonly CoarseClock _clock;
    private readonly ConnectionLog _connectionLog;
    private readonly ChannelContext _channels;
    private readonly Http1Context _context;
    private readonly ConnectionSet _connections = new();
    private readonly Admission _admission;
    private readonly CertificateWatch _certificates;
    private readonly Heartbeat _heartbeat;
    private readonly DescriptorReserve _reserve = new();
    private readonly SemaphoreSlim _lifecycle = new(1);
    private readonly Action<ServerConnection> _servedEnded;
    private readonly Action<ServerConnection> _refusedEnded;
    private List<Listener>? _listeners;
    private TaskCompletionSource _endOfGrace = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastConnectionId;
    private bool _isDisposed;

    /// <summary>Makes a server. It does nothing until it is started or given a stream.</summary>
    /// <param name="handler">Answers the requests; null for <see cref="FixedResponseHandler"/>, which says "hello PWB".</param>
    /// <param name="options">How to listen and what to allow; null for the defaults.</param>
    /// <param name="loggerFactory">Where to log; null for nowhere. The categories are "Pwb.Server" and "Pwb.Access".</param>
    /// <exception cref="ArgumentException">An option or a limit is not valid; the message says which.</exception>
    public PwbServer(IRequestHandler? handler = null, PwbServerOptions? options = null, ILoggerFactory? loggerFactory = null)
    {
        _options = options ?? new PwbServerOptions();
        _options.Validate();
        _loopbackHosts = HostFilter.For(_options.AllowedHosts, isLoopback: true);
        _hosts = HostFilter.For(_options.AllowedHosts, isLoopback: false);
        _admission = new Admission(_connections);
        _servedEnded = Ended(Admitted.Served);
        _refusedEnded = Ended(Admitted.Refused);
        loggerFactory ??= NullLoggerFactory.Instance;
        IsolatedLogger logger = new(loggerFactory.CreateLogger("Pwb.Server"));
        _log = new ServerLog(logger);
        _clock = new CoarseClock(_options.TimeProvider, _options.ServerHeader);
        _certificates = new CertificateWatch(_options.TimeProvider, _log);
        _heartbeat = new Heartbeat(_clock, _connections, _reserve, _certificates);
        QueryMask mask = new(_options.SecretQueryParameters);
        _connectionLog = new ConnectionLog(logger, mask);
        _channels = new ChannelContext(_clock, _options.Limits, _connectionLog.CallbackFailed);
        AccessLog accessLog = new(new IsolatedLogger(loggerFactory.CreateLogger("Pwb.Access")), _options.AccessLogFormat, _options.TimeProvider, mask);
        _context = new Http1Context(handler ?? new FixedResponseHandler(), _options, _channels, _connectionLog, accessLog);
    }

    /// <summary>The first end point that the server listens on, with the real port.</summary>
    /// <exception cref="InvalidOperationException">The server is not listening.</exception>
    public IPEndPoint EndPoint => EndPoints[0];

    /// <summary>All end points that the server listens on, with their real ports.</summary>
    /// <exception cref="InvalidOperationException">The server is not listening.</exception>
    public IReadOnlyList<IPEndPoint> EndPoints =>
        _listeners?.ConvertAll(listener => listener.EndPoint) ?? throw new InvalidOperationException("The server is not listening.");

    /// <summary>
    /// The URLs at which a browser on this machine finds the server: one for each end point, in their order, none twice, each with a slash at its end.
    /// 127.0.0.1 and 0.0.0.0 are <c>localhost</c>; so are ::1 and :: beside them. Every other address stands for itself.
    /// </summary>
    /// <exception cref="InvalidOperationException">The server is not listening.</exception>
    public IReadOnlyList<string> Urls => LocalUrls.Of(EndPoints);

    /// <summary>Starts listening. When this is done, the first client may come.</summary>
    /// <exception cref="IOException">An end point cannot be bound; the message says which and why, in one line.</exception>
    /// <exception cref="InvalidOperationException">The server is listening already, or somebody has disposed of a certificate of an end point.</exception>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _lifecycle.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_listeners is not null) throw new InvalidOperationException("The server is listening already.");

            // Everything that a connection needs is there before the first can come.
            _admission.MaxConnections = _options.Limits.MaxConnections ?? ConnectionLimit.Default();
            await Task.Delay(1, CancellationToken.None).ConfigureAwait(false); // starts the timer's thread: without descriptors to spare it could not be
            IReadOnlyList<IPEndPoint> endPoints = _options.EndPoints ?? PwbServerOptions.LoopbackEndPoints(_options.Port, _options.Tls);
            _certificates.Begin(endPoints);
            List<Listener> listeners = Listener.Bind(endPoints, _options.Limits.Backlog, _options.DeferAccept, _log);
            _heartbeat.Enter();
            _reserve.TryHold();
            _listeners = listeners;
            _log.Listening(EndPoint.Port, string.Join(' ', Urls));
            foreach (Listener listener in listeners)
            {
                TlsHandshake? handshake = listener.Tls is { } tls ? new TlsHandshake(tls, endPoints, _options.TimeProvider, _log) : null;
                HostFilter? hosts = listener.IsLoopback ? _loopbackHosts : _hosts;
                listener.Start(socket => Serve(socket, hosts, handshake), _reserve);
            }
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <summary>
    /// Stops: refuses new connections, closes idle ones, lets requests in flight finish within
    /// <see cref="PwbServerLimits.ShutdownGracePeriod"/>, and resets what is left. The server can be started again.
    /// </summary>
    /// <param name="cancellationToken">Ends the grace at once, also that of another call that is still waiting. This method then completes normally.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        using CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(static server => ((PwbServer)server!)._endOfGrace.TrySetResult(), this);
        await _lifecycle.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (cancellationToken.IsCancellationRequested) _endOfGrace.TrySetResult();
            _channels.IsStopping = true;
            List<Listener> listeners = _listeners ?? [];
            listeners.ForEach(listener => listener.Stop());
            await Task.WhenAll(listeners.ConvertAll(listener => listener.WhenStoppedAsync())).ConfigureAwait(false);
            _reserve.Release();
            int aborted = await EndConnectionsAsync().ConfigureAwait(false);

            // Ready for the next start, and for streams that come without one.
            _channels.IsStopping = _isDisposed;
            _endOfGrace = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_listeners is null) return;
            _listeners = null;
            _certificates.End();
            _heartbeat.Leave();
            _log.Stopped(aborted);
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <summary>Starts, serves until the token is cancelled, and stops as <see cref="StopAsync"/> does. A cancelled token is no error: the task completes normally.</summary>
    /// <exception cref="IOException">An end point cannot be bound; the message says which and why, in one line.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return;

        await StartAsync(CancellationToken.None).ConfigureAwait(false);
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using (cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), cancelled))
        {
            await cancelled.Task.ConfigureAwait(false);
        }

        await StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>
    /// Serves one connection over any stream: a pipe, a tunnel, a test. The server need not be listening. Takes the stream over and
    /// disposes it. Completes when the connection has ended, whatever the peer did.
    /// </summary>
    /// <param name="duplex">Requests are read from it and responses written to it.</param>
    /// <param name="remoteEndPoint">What requests say of where they come from.</param>
    /// <param name="cancellationToken">Aborts the connection.</param>
    /// <exception cref="ArgumentException">The stream cannot be read and written.</exception>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public Task ServeAsync(Stream duplex, EndPoint? remoteEndPoint = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(duplex);
        if (!duplex.CanRead || !duplex.CanWrite) throw new ArgumentException("The stream cannot be read and written.", nameof(duplex));
        ObjectDisposedException.ThrowIf(_isDisposed, this);

        Transport transport = duplex switch
        {
            NetworkStream stream => new SocketTransport(stream, remoteEndPoint),
            SslStream session => new ForeignTlsTransport(session, remoteEndPoint),
            _ => new Transport(duplex, remoteEndPoint),
        };
        return ServeStreamAsync(Open(transport, _hosts, Rejection.None, OnEnded), cancellationToken);
    }

    /// <summary>
    /// Makes a client whose requests this server answers in memory: real HTTP/1.1, with everything but the network, for tests. The server
    /// need not be listening. To dispose the client closes its connections; a server that was never started has nothing else to dispose, so
    /// <c>using HttpClient client = new PwbServer(handler).CreateClient();</c> is all that it takes. The base address is http://localhost/.
    /// </summary>
    /// <remarks>See <see cref="CreateMessageHandler"/>.</remarks>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public HttpClient CreateClient() => new(CreateMessageHandler()) { BaseAddress = new Uri("http://localhost/") };

    /// <summary>
    /// Makes the part of a client that sends requests, for code that makes or is given its own <see cref="HttpClient"/>: this server then stands
    /// for whatever host that code asks, by http or by https. To dispose it closes its connections, as a client that goes away.
    /// </summary>
    /// <remarks>
    /// Redirects are not followed, cookies not kept, and content not decompressed: the client sees what the server sends. Requests have no
    /// <see cref="HttpRequest.RemoteEndPoint"/>; for https there is no TLS. A request that insists on HTTP/2 fails, one that would like it gets HTTP/1.1.
    /// As over TCP, the runtime's client reads no response before it has sent all content; a connection holds less than the network would, 16 KiB
    /// for each direction. So a response that is written while long content is still read comes to a halt, up to <see cref="PwbServerLimits.ResponseTimeout"/>.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public HttpMessageHandler CreateMessageHandler()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new InMemoryHandler(Connect);
    }

    /// <summary>Stops at once, as <see cref="StopAsync"/> does with a cancelled token. The server cannot be started again.</summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _heartbeat.Dispose();
    }

    /// <summary>One beat of the heart, for tests whose clock stands still.</summary>
    internal void Tick() => _heartbeat.Tick();

    /// <summary>Looks at the files of certificates now, for tests that wait for it.</summary>
    internal void LookAtCertificates() => _certificates.Look();

    /// <summary>
    /// Takes an accepted socket over. Called by the thread that accepts, which nothing may hold up. Counting here, and not when the pool
    /// gets to it, keeps the limit also when handlers hold up the pool.
    /// </summary>
    internal void Serve(Socket socket, HostFilter? hosts, TlsHandshake? handshake = null)
    {
        Admitted admitted = _admission.Enter();
        if (admitted == Admitted.Dropped)
        {
            socket.Close(timeout: 0);
            return;
        }

        bool isRefused = admitted == Admitted.Refused;
        ServerConnection connection;
        try
        {
            if (!OperatingSystem.IsLinux()) SetNoDelay(socket);
            NetworkStream stream = new(socket, ownsSocket: true);
            SocketTransport transport = handshake is null ? new SocketTransport(stream) : new TlsTransport(stream, handshake);
            connection = Open(transport, hosts, isRefused ? Rejection.TooManyConnections : Rejection.None, isRefused ? _refusedEnded : _servedEnded);
        }
        catch
        {
            // No connection has come of it that would give back its place at its end.
            _admission.Leave(admitted);
            socket.Dispose();
            throw;
        }

        try
        {
            ThreadPool.UnsafeQueueUserWorkItem(connection, preferLocal: false);
        }
        catch (OutOfMemoryException)
        {
            // Without descriptors the pool may be unable to start a thread, and says so; the connection is queued all the same.
        }
    }

    private static void SetNoDelay(Socket socket)
    {
        try
        {
            socket.NoDelay = true;
        }
        catch (SocketException)
        {
            // The client has gone already; its connection will find out.
        }
    }

    private static async Task ServeStreamAsync(ServerConnection connection, CancellationToken cancellationToken)
    {
        // Handlers run on the pool, never on whatever thread this was called on.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await connection.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    // A client that goes away makes the heart beat at once, so that a handler need not wait to be told.
    private ConnectionEnd Connect(Action<ConnectionEnd> closed)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        MemoryPipe requests = new(), responses = new();
        ConnectionEnd client = new(responses, requests, closed + (_ => Tick()));
        InMemoryTransport transport = new(new ConnectionEnd(requests, responses, static _ => { }));

        // Without the client's AsyncLocals: the connection is also that of requests to come.
        HostFilter? hosts = _options.AllowedHosts is null ? null : _loopbackHosts; // no network comes closer than loopback
        ThreadPool.UnsafeQueueUserWorkItem(Open(transport, hosts, Rejection.None, OnEnded), preferLocal: false);
        return client;
    }

    private ServerConnection Open(Transport transport, HostFilter? hosts, Rejection refusal, Action<ServerConnection> ended)
    {
        Channel channel = new(Interlocked.Increment(ref _lastConnectionId), transport, _channels);
        ServerConnection connection = new(channel, new Http1Engine(channel, _context, hosts), _connectionLog, refusal, ended);
        _heartbeat.Enter();
        _connections.Add(connection);
        return connection;
    }

    private void OnEnded(ServerConnection connection)
    {
        _connections.Remove(connection);
        _heartbeat.Leave();
    }

    private Action<ServerConnection> Ended(Admitted admitted) => connection =>
    {
        _admission.Leave(admitted);
        OnEnded(connection);
    };

    /// <returns>How many connections had to be aborted.</returns>
    private async Task<int> EndConnectionsAsync()
    {
        List<ServerConnection> connections = [];
        _connections.CopyTo(connections);
        connections.ForEach(connection => connection.Control.BeginStop());
        int open = connections.Count(connection => !connection.Control.CloseIfIdle());
        if (open > 0) _log.Stopping(open);

        Task empty = _connections.WhenEmptyAsync();
        using CancellationTokenSource isOver = new();
        Task grace = Task.Delay(_options.Limits.ShutdownGracePeriod, _options.TimeProvider, isOver.Token);
        await Task.WhenAny(empty, grace, _endOfGrace.Task).ConfigureAwait(false);

        _connections.CopyTo(connections);
        connections.ForEach(connection => connection.Control.Abort());
        await Task.WhenAny(empty, Task.Delay(AbortPatience, isOver.Token)).ConfigureAwait(false);
        await isOver.CancelAsync().ConfigureAwait(false);
        return connections.Count;
    }
}
