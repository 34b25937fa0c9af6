using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Certificates;
using Pwb.Channels;
using Pwb.Http1;
using Pwb.InMemory;
using Pwb.Logging;
using Pwb.Protocol;
using Pwb.Server;
using Pwb.Telemetry;
using Pwb.Threads;
using Pwb.Time;

namespace Pwb;

/// <summary>
/// An HTTP/1.1 server. It listens on TCP ports, Unix domain sockets and more with <see cref="RunUntilStoppedAsync"/>,
/// <see cref="RunAsync"/> or <see cref="StartAsync"/>, and serves any other stream with <see cref="ServeAsync"/>.
/// </summary>
public sealed class PwbServer : IAsyncDisposable, IDisposable
{
    private readonly PwbServerOptions _options;
    private readonly EntranceRules _rules;
    private readonly ListenerSet _listeners;
    private readonly ChannelContext _channels;
    private readonly CertificateWatch _certificates;
    private readonly Heartbeat _heartbeat;
    private readonly SupervisorNotices _notices;
    private readonly SemaphoreSlim _lifecycle = new(1);
    private TaskCompletionSource _endOfGrace = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isDisposed;

    /// <summary>Makes a server. It does nothing until it is started or given a stream.</summary>
    /// <param name="handler">Answers the requests; null for <see cref="FixedResponseHandler"/>, which says "hello PWB".</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="loggerFactory">Where to log; null for nowhere. The categories are "Pwb.Server" and "Pwb.Access".</param>
    /// <exception cref="ArgumentException">An option or a limit is not valid; the message says which.</exception>
    public PwbServer(IRequestHandler? handler = null, PwbServerOptions? options = null, ILoggerFactory? loggerFactory = null)
    {
        _options = (options ?? new PwbServerOptions()).Copy(); // a copy, which cannot change after the check
        _options.Validate();
        loggerFactory ??= NullLoggerFactory.Instance;
        IsolatedLogger logger = new(loggerFactory.CreateLogger("Pwb.Server"));
        ServerLog log = new(logger);
        _options = _options with { TimeProvider = IsolatedTimeProvider.Around(_options.TimeProvider, log) };
        _rules = new EntranceRules(_options);
        CoarseClock clock = new(
            _options.TimeProvider,
            _options.ServerHeader is { } value ? ResponseHead.RenderField("Server", value) : []);
        ConnectionSet connections = new();
        _certificates = new CertificateWatch(_options.TimeProvider, log);
        DescriptorReserve reserve = new();
        _heartbeat =
            new Heartbeat(clock, connections, reserve, _certificates, _options.GrowThreadPool ? new PoolRelief() : null);
        QueryMask mask = new(_options.SecretQueryParameters);
        ConnectionLog connectionLog = new(logger, mask);
        _channels = new ChannelContext(clock, _options.Limits, connectionLog.CallbackFailed);
        AccessLog accessLog = new(
            new IsolatedLogger(loggerFactory.CreateLogger("Pwb.Access")), _options.AccessLogFormat, _options.TimeProvider, mask);
        Http1Context context = new(handler ?? new FixedResponseHandler(), _options, _channels, connectionLog, accessLog);
        Reception = new Reception(_channels, context, _rules.OfStreams, connections, _heartbeat, log);
        _notices = new SupervisorNotices(_heartbeat, log);
        _listeners = new ListenerSet(_options, _rules, Reception, _heartbeat, reserve, _certificates, log);
    }

    /// <summary>The first end point that the server listens on, with the real port.</summary>
    /// <exception cref="InvalidOperationException">The server is not listening.</exception>
    public ServerEndPoint EndPoint => EndPoints[0];

    /// <summary>All end points that the server listens on, with their real ports.</summary>
    /// <exception cref="InvalidOperationException">The server is not listening.</exception>
    public IReadOnlyList<ServerEndPoint> EndPoints =>
        _listeners.EndPoints ?? throw new InvalidOperationException("The server is not listening.");

    /// <summary>
    /// The URLs at which a browser on this machine finds the server: one for each end point, in their order, none twice, each
    /// with a slash at its end. 127.0.0.1 and 0.0.0.0 are <c>localhost</c>; so are ::1 and :: beside them. Every other address
    /// stands for itself.
    /// </summary>
    /// <exception cref="InvalidOperationException">The server is not listening.</exception>
    public IReadOnlyList<string> Urls => LocalUrls.Of(EndPoints);

    /// <summary>
    /// Starts listening. When this is done, the first client may come. When it fails, nothing is left open, and it may be tried
    /// again.
    /// </summary>
    /// <exception cref="IOException">
    /// An end point cannot be bound, or the system gives no thread; the message says which and why, in one line.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The server is listening already, or a certificate of an end point has been disposed of.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _lifecycle.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_listeners.EndPoints is not null) throw new InvalidOperationException("The server is listening already.");
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _listeners.Begin();
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <summary>
    /// Stops: refuses new connections, closes idle ones, lets requests in flight finish within
    /// <see cref="PwbServerLimits.ShutdownGracePeriod"/>, and resets the remaining connections. The server can be started again.
    /// </summary>
    /// <remarks>
    /// A handler may call this, but must not await it: its own request is in flight, and would be waited for until the grace is
    /// over, and then reset. The program that runs the server waits for the end instead, for example in
    /// <see cref="RunUntilStoppedAsync"/>.
    /// </remarks>
    /// <param name="cancellationToken">
    /// Ends the grace at once, also that of another call that is still waiting. This method then completes normally.
    /// </param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(static server => ((PwbServer)server!)._endOfGrace.TrySetResult(), this);
        await _lifecycle.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (cancellationToken.IsCancellationRequested) _endOfGrace.TrySetResult();
            await EndAsync().ConfigureAwait(false);
        }
        finally
        {
            // First, since a token that is cancelled later does not belong to the next stop.
            await registration.DisposeAsync().ConfigureAwait(false);
            _endOfGrace = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _lifecycle.Release();
        }
    }

    /// <summary>
    /// Starts, serves until the token is cancelled, and stops as <see cref="StopAsync"/> does. A cancelled token completes the
    /// task normally.
    /// </summary>
    /// <exception cref="IOException">An end point cannot be bound; the message says which and why, in one line.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return;

        await StartAsync(CancellationToken.None).ConfigureAwait(false);
        await Cancellation.WhenAsync(cancellationToken).ConfigureAwait(false);
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>
    /// Starts, unless the server is listening already, and serves until a signal ends the process: SIGINT (Ctrl+C), SIGTERM or
    /// SIGHUP, on Windows Ctrl+C or a closed console. Then it stops as <see cref="StopAsync"/> does. A second signal ends the
    /// grace at once, and a third is left to the system. Also completes, normally, when the token is cancelled or when another
    /// call stops the server. Notifies systemd and its watchdog, if they ask (NOTIFY_SOCKET).
    /// </summary>
    /// <example><code>
    /// await using PwbServer server = new(handler);
    /// await server.RunUntilStoppedAsync();
    /// </code></example>
    /// <param name="cancellationToken">Stops the server as the first signal does.</param>
    /// <exception cref="IOException">An end point cannot be bound; the message says which and why, in one line.</exception>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public async Task RunUntilStoppedAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested && _listeners.EndPoints is null) return;
        using ProcessSignals signals = new();
        Task stopped;
        await _lifecycle.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_listeners.EndPoints is null)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                _listeners.Begin();
            }

            stopped = _listeners.WhenStoppedAsync();
        }
        finally
        {
            _lifecycle.Release();
        }

        await _notices.AroundAsync(Cancellation.WhenAnyAsync(cancellationToken, signals.FirstAsync(), stopped))
            .ConfigureAwait(false);
        if (!stopped.IsCompleted) await StopAsync(signals.End).ConfigureAwait(false);
    }

    /// <summary>
    /// Serves one connection over any stream: a pipe, a tunnel, a test. The server need not be listening. Takes the stream over
    /// and disposes it. Completes when the connection has ended, whatever the peer did.
    /// </summary>
    /// <param name="duplex">Requests are read from it and responses written to it.</param>
    /// <param name="remoteEndPoint">The client's address for requests, or null.</param>
    /// <param name="cancellationToken">Aborts the connection.</param>
    /// <exception cref="ArgumentException">The stream cannot be read and written.</exception>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public Task ServeAsync(Stream duplex, EndPoint? remoteEndPoint = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(duplex);
        if (!duplex.CanRead || !duplex.CanWrite)
            throw new ArgumentException("The stream cannot be read and written.", nameof(duplex));
        ObjectDisposedException.ThrowIf(_isDisposed, this);

        return Reception.ServeAsync(duplex, remoteEndPoint, cancellationToken);
    }

    /// <summary>
    /// Makes a client whose requests this server answers in memory: real HTTP/1.1, with everything but the network, for tests.
    /// The server need not be listening. To dispose the client closes its connections; a server that was never started has
    /// nothing else to dispose, so
    /// <c>using HttpClient client = new PwbServer(handler).CreateClient();</c> is all that it takes. The base address is
    /// http://localhost/.
    /// </summary>
    /// <remarks>See <see cref="CreateMessageHandler"/>.</remarks>
    /// <param name="throwsHandlerExceptions">
    /// Whether an exception that leaves the handler is thrown to the sender of the request, where a client on a network would get
    /// a 500. Default false. The log has it in both cases. Exceptions of a body are not thrown.
    /// </param>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public HttpClient CreateClient(bool throwsHandlerExceptions = false) =>
        new(CreateMessageHandler(throwsHandlerExceptions)) { BaseAddress = new Uri("http://localhost/") };

    /// <summary>
    /// Makes the message handler for code that makes or is given its own <see cref="HttpClient"/>. This server then stands for
    /// every host that the code asks, by http or by https. Disposing the handler closes its connections, as a client that
    /// disconnects does.
    /// </summary>
    /// <remarks>
    /// The client sees exactly what the server sends: it follows no redirect, keeps no cookie and decompresses nothing. Requests
    /// have no <see cref="HttpConnectionInfo.RemoteEndPoint"/>, and https uses no TLS. A request that insists on HTTP/2 fails;
    /// one that prefers it gets HTTP/1.1. As over TCP, the runtime's client reads no response before it has sent all content. A
    /// connection holds 16 KiB in each direction, less than a network would. So a response that is written while long content is
    /// still read comes to a halt, up to <see cref="PwbServerLimits.ResponseTimeout"/>.
    /// </remarks>
    /// <param name="throwsHandlerExceptions">As for <see cref="CreateClient"/>.</param>
    /// <exception cref="ObjectDisposedException">The server was disposed.</exception>
    public HttpMessageHandler CreateMessageHandler(bool throwsHandlerExceptions = false)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        HandlerFailures? failures = throwsHandlerExceptions ? new HandlerFailures() : null;
        return new InMemoryHandler(closed => Connect(failures, closed), failures);
    }

    /// <summary>
    /// Stops at once, as <see cref="StopAsync"/> does with a cancelled token. The server cannot be started again.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _heartbeat.Dispose();
    }

    /// <summary>
    /// Stops at once, as <see cref="DisposeAsync"/> does, and waits for it: for owners that dispose synchronously. It takes a
    /// second at most.
    /// </summary>
    [SuppressMessage("Usage", "VSTHRD002", Justification = "Nothing that is waited for goes back to the caller's thread.")]
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Beats once, for tests whose clock stands still.</summary>
    internal void Tick() => _heartbeat.Tick();

    /// <summary>Checks the certificate files now, for tests that wait for it.</summary>
    internal void LookAtCertificates() => _certificates.Look();

    /// <summary>Takes connections over.</summary>
    internal Reception Reception { get; }

    private ConnectionEnd Connect(HandlerFailures? failures, Action<ConnectionEnd> closed)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return Reception.Connect(_rules.OfMemory, failures, closed);
    }

    private async Task EndAsync()
    {
        try
        {
            _channels.IsStopping = true;
            await _listeners.EndAsync(_endOfGrace.Task).ConfigureAwait(false);
        }
        finally
        {
            // Ready for the next start, and for streams without a start.
            _channels.IsStopping = _isDisposed;
        }
    }
}
