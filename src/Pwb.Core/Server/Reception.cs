using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Pwb.Channels;
using Pwb.Http1;
using Pwb.InMemory;
using Pwb.Logging;
using Pwb.Protocol;
using Pwb.Security;
using Pwb.Transports;

namespace Pwb.Server;

/// <summary>
/// Takes connections over from every entrance: admits them, has them served, watches them until their end, and ends them at a
/// stop.
/// </summary>
/// <param name="channels">The state that all channels share.</param>
/// <param name="context">The state that all HTTP/1.1 connections share.</param>
/// <param name="streamRules">The rules for requests over streams.</param>
/// <param name="connections">The open connections.</param>
/// <param name="heartbeat">Beats while there are connections.</param>
/// <param name="log">The server's own log.</param>
internal sealed class Reception(
    ChannelContext channels, Http1Context context, EntryRules streamRules, ConnectionSet connections, Heartbeat heartbeat,
    ServerLog log)
{
    // The time that handlers of aborted connections get to end before the server stops without them.
    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(1);

    private readonly Admission _admission = new(connections);
    private Action<ServerConnection>? _servedEnded;
    private Action<ServerConnection>? _refusedEnded;
    private long _lastConnectionId;

    /// <summary>The connections that are open.</summary>
    public ConnectionSet Connections => connections;

    /// <summary>The greatest number of accepted connections that are served.</summary>
    public int MaxConnections
    {
        set => _admission.MaxConnections = value;
    }

    /// <summary>
    /// Takes an accepted connection over. Called by the thread that accepts, which must not wait. Counting here keeps the limit
    /// even while handlers hold up the pool.
    /// </summary>
    /// <returns>
    /// The work that serves the connection, for a thread that may be blocked; null if the connection is not served.
    /// </returns>
    public IThreadPoolWorkItem? Admit(Transport transport, EntryRules rules)
    {
        Admitted admitted = _admission.Enter();
        if (admitted == Admitted.Dropped)
        {
            Drop(transport);
            return null;
        }

        Rejection refusal = admitted == Admitted.Refused ? Rejection.TooManyConnections : Rejection.None;
        ServerConnection connection;
        try
        {
            connection = Open(transport, rules, refusal, mayBeEvicted: true, Ended(admitted));
        }
        catch
        {
            // The connection does not exist, so nothing else would give its place back.
            _admission.Leave(admitted);
            Drop(transport);
            throw;
        }

        return connection;
    }

    /// <summary>Wraps a user's stream in the transport for its type.</summary>
    public static Transport TransportOver(Stream duplex, EndPoint? remoteEndPoint) => duplex switch
    {
        NetworkStream stream => new SocketTransport(stream, remoteEndPoint),
        SslStream session => new ForeignTlsTransport(session, remoteEndPoint),
        _ => new Transport(duplex, remoteEndPoint),
    };

    /// <summary>Serves a connection over any stream. Completes when it has ended.</summary>
    public Task ServeAsync(Stream duplex, EndPoint? remoteEndPoint, CancellationToken cancellationToken)
    {
        Transport transport = TransportOver(duplex, remoteEndPoint);
        ServerConnection connection = Open(transport, streamRules, Rejection.None, mayBeEvicted: false, OnEnded);

        // Handlers run on the pool, never on the caller's thread, and without the caller's AsyncLocals.
        if (ExecutionContext.IsFlowSuppressed())
            return Task.Run(() => connection.RunAsync(cancellationToken), CancellationToken.None);
        using (ExecutionContext.SuppressFlow())
            return Task.Run(() => connection.RunAsync(cancellationToken), CancellationToken.None);
    }

    /// <summary>
    /// Makes a connection in memory and serves it, without the client's AsyncLocals, since later requests use the connection too.
    /// </summary>
    /// <returns>The client's end.</returns>
    public ConnectionEnd Connect(EntryRules rules, HandlerFailures? failures, Action<ConnectionEnd> closed)
    {
        // A client that disconnects causes a beat at once, so that a handler is told without delay.
        MemoryPipe requests = new(), responses = new();
        ConnectionEnd client = new(responses, requests, closed + (_ => heartbeat.Tick()));
        InMemoryTransport transport = new(new ConnectionEnd(requests, responses, static _ => { }), failures);
        Queue(Open(transport, rules, Rejection.None, mayBeEvicted: false, OnEnded));
        return client;
    }

    /// <summary>Closes idle connections, gives the others their grace, and aborts the rest.</summary>
    /// <param name="endOfGrace">Ends the grace early.</param>
    /// <returns>The number of aborted connections.</returns>
    public async Task<int> EndAsync(Task endOfGrace)
    {
        List<ServerConnection> open = [];
        connections.CopyTo(open);
        open.ForEach(BeginStop);
        int busy = open.Count(connection => !CloseIfIdle(connection));
        if (busy > 0) log.Stopping(busy);

        Task empty = connections.WhenEmptyAsync();
        using CancellationTokenSource isOver = new();
        Task grace = Task.Delay(context.Limits.ShutdownGracePeriod, context.Clock.TimeProvider, isOver.Token);
        await Task.WhenAny(empty, grace, endOfGrace).ConfigureAwait(false);

        connections.CopyTo(open);
        open.ForEach(Abort);
        await Task.WhenAny(empty, Task.Delay(AbortPatience, isOver.Token)).ConfigureAwait(false);
        await isOver.CancelAsync().ConfigureAwait(false);
        return open.Count;
    }

    /// <summary>Has a connection served by the pool.</summary>
    /// <param name="connection">The work that serves it, or null.</param>
    public static void Queue(IThreadPoolWorkItem? connection)
    {
        if (connection is null) return;

        // Without descriptors the pool may be unable to start a thread, and throws. The work is queued all the same.
        try
        {
            ThreadPool.UnsafeQueueUserWorkItem(connection, preferLocal: false);
        }
        catch (OutOfMemoryException)
        {
            // As above.
        }
    }

    // No loop of a connection would do it.
    private static void Drop(Transport transport)
    {
        transport.EndFromOutside(abort: true);
        _ = transport.ReleaseAsync();
    }

    private static bool CloseIfIdle(ServerConnection connection)
    {
        try
        {
            return connection.Control.CloseIfIdle();
        }
        catch (OutOfMemoryException)
        {
            return true; // as above
        }
    }

    private static void BeginStop(ServerConnection connection)
    {
        try
        {
            connection.Control.BeginStop();
        }
        catch (OutOfMemoryException)
        {
            // As above.
        }
    }

    private static void Abort(ServerConnection connection)
    {
        try
        {
            connection.Control.Abort();
        }
        catch (OutOfMemoryException)
        {
            // As above; and the other connections have to be aborted too.
        }
    }

    private ServerConnection Open(
        Transport transport, EntryRules rules, Rejection refusal, bool mayBeEvicted, Action<ServerConnection> ended)
    {
        Channel channel = new(Interlocked.Increment(ref _lastConnectionId), transport, channels);
        Http1Engine engine = new(channel, context, rules);
        ServerConnection connection = new(channel, engine, context.Log, refusal, mayBeEvicted, ended);
        heartbeat.Enter();
        connections.Add(connection);
        return connection;
    }

    private void OnEnded(ServerConnection connection)
    {
        connections.Remove(connection);
        heartbeat.Leave();
    }

    private Action<ServerConnection> Ended(Admitted admitted)
    {
        void End(ServerConnection connection)
        {
            _admission.Leave(admitted);
            OnEnded(connection);
        }

        return admitted == Admitted.Served ? _servedEnded ??= End : _refusedEnded ??= End;
    }
}
