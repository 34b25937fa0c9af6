using Pwb.Certificates;
using Pwb.Epoll;
using Pwb.Logging;
using Pwb.Security;
using Pwb.Transports;

namespace Pwb.Server;

/// <summary>
/// Everything that a server has while it listens: listeners, watched certificates, the heartbeat, reserved descriptors. All of it
/// begins and ends together, any number of times. The server calls one method at a time.
/// </summary>
internal sealed class ListenerSet(
    PwbServerOptions options,
    EntranceRules rules,
    Reception reception,
    Heartbeat heartbeat,
    DescriptorReserve reserve,
    CertificateWatch certificates,
    ServerLog log)
{
    private List<Listener>? _listeners;
    private Seats? _seats;
    private TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The end points with their real ports; null while the server does not listen.</summary>
    public IReadOnlyList<ServerEndPoint>? EndPoints => _listeners?.ConvertAll(listener => listener.EndPoint);

    /// <summary>Completes when the current listening has ended.</summary>
    public Task WhenStoppedAsync() => _stopped.Task;

    /// <summary>Binds all the end points, or none, and begins to accept.</summary>
    /// <exception cref="IOException">An end point cannot be bound, or the system gives no thread.</exception>
    public void Begin()
    {
        // Everything that a connection needs exists before the first can come.
        reception.MaxConnections = options.Limits.MaxConnections ?? ConnectionLimit.Default();
        StartTimerThread();
        IReadOnlyList<ServerEndPoint> endPoints = options.EndPoints;
        if (HasTls(endPoints)) FollowCertificates(endPoints);
        List<Listener> listeners = [];
        bool isBeating = false;
        try
        {
            listeners = Listener.Bind(endPoints, options.Limits.Backlog, options.DeferAccept, log);
            _seats = SeatChoice.Start(options, log);
            listeners.ForEach(listener => Prepare(listener, endPoints));
            heartbeat.Enter();
            isBeating = true;
            reserve.TryHold();
        }
        catch (Exception exception)
        {
            listeners.ForEach(listener => listener.Stop());
            _ = _seats?.EndAsync();
            certificates.End();
            if (isBeating) heartbeat.Leave();
            reserve.Release();
            if (exception is OutOfMemoryException) throw new IOException("Cannot listen: the system gives no thread.", exception);
            throw;
        }

        _listeners = listeners;
        _stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (log.IsEnabled) LogListening(listeners.ConvertAll(listener => listener.EndPoint));
        listeners.ForEach(listener => listener.Begin());
    }

    /// <summary>Stops accepting, if the server listens, and ends all connections, also those of other entrances.</summary>
    /// <param name="endOfGrace">Completes when requests in flight are no longer waited for.</param>
    public async Task EndAsync(Task endOfGrace)
    {
        List<Listener> listeners = _listeners ?? [];
        try
        {
            listeners.ForEach(listener => listener.Stop());
            await Task.WhenAll(listeners.ConvertAll(listener => listener.WhenStoppedAsync())).ConfigureAwait(false);
            reserve.Release();
            int aborted = await reception.EndAsync(endOfGrace).ConfigureAwait(false);
            await SeatChoice.EndAsync(_seats).ConfigureAwait(false);
            if (_listeners is not null) log.Stopped(aborted);
        }
        finally
        {
            if (_listeners is not null)
            {
                certificates.End();
                heartbeat.Leave();
            }

            _listeners = null;
            _stopped.TrySetResult();
        }
    }

    private void FollowCertificates(IReadOnlyList<ServerEndPoint> endPoints) =>
        certificates.Begin(endPoints.SelectMany(endPoint => endPoint.Tls?.Certificates ?? []));

    // These three are methods of their own, so that a start without TLS and log does not load what they need.
    private static bool HasTls(IReadOnlyList<ServerEndPoint> endPoints)
    {
        foreach (ServerEndPoint endPoint in endPoints)
            if (endPoint.Tls is not null) return true;
        return false;
    }

    private void LogListening(List<ServerEndPoint> bound)
    {
        IEnumerable<string> others = bound.Where(endPoint => !endPoint.IsIp).Select(endPoint => endPoint.ToString());
        log.Listening(
            bound.Find(endPoint => endPoint.IsIp)?.Port, string.Join(' ', [.. LocalUrls.Of(bound), .. others]));
    }

    // While descriptors are free. The process's first timer starts the thread, and returns when it runs.
    private static void StartTimerThread() => new Timer(static _ => { }, null, 1, Timeout.Infinite).Dispose();

    private void Prepare(Listener listener, IReadOnlyList<ServerEndPoint> endPoints)
    {
        TlsHandshake? handshake =
            listener.EndPoint.Tls is { } tls ? new TlsHandshake(tls, endPoints, options.TimeProvider, log) : null;
        ProxyRules? proxies = listener.EndPoint.ProxyProtocolFrom is { } networks
            ? new ProxyRules(networks, listener.EndPoint.ToString(), options.TimeProvider, log) : null;
        EntryRules asked = rules.Of(listener.EndPoint);
        listener.Start(
            transport =>
            {
                if (proxies is not null) transport.Preface = new ProxyPreface(proxies);
                return reception.Admit(handshake is null ? transport : new TlsTransport(transport, handshake), asked);
            },
            _seats,
            reserve);
    }
}
