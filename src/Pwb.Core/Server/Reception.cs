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
/// Takes connections over, wherever they come from: admits them, has them served, watches them until their end, and ends them at
/// a stop.
/// </summary>
/// <param name="channels">What all channels share.</param>
/// <param name="context">What all HTTP/1.1 connections share.</param>
/// <param name="streamRules">What requests over streams have to meet.</param>
/// <param name="connections">The connections that are open.</param>
/// <param name="heartbeat">Beats while there are any.</param>
/// <param name="log">The server's own.</param>
internal sealed class Reception(
    ChannelContext channels, Http1Context context, EntryRules streamRules, ConnectionSet connections, Heartbeat heartbeat,
    ServerLog log)
{
    // How long handlers of aborted connections get to notice it before the server stops without them.
    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(1);

    private readonly Admission _admission = new(connections);
    private Action<ServerConnection>? _servedEnded;
    private Action<ServerConnection>? _refusedEnded;
    private long _lastConnectionId;

    /// <summary>The connections that are open.</summary>
    public ConnectionSet Connections => connections;

    /// <summary>How many accepted connections may be served at a time.</summary>
    public int MaxConnections
    {
        set => _admission.MaxConnections = value;
    }

    /// <summary>
    /// Takes an accepted connection over. Called by the thread that accepts, which nothing may hold up. Counting here, and not
    /// when the pool gets to it, keeps the limit also when handlers hold up the pool.
    /// </summary>
    /// <returns>What serves the connection, on whatever thread may be blocked; null if it is not served.</returns>
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
            // No connection has come of it that would give back its place at its end.
            _admission.Leave(admitted);
            Drop(transport);
            throw;
        }

        return connection;
    }

    /// <summary>A connection over a stream of somebody else's, by what that stream is.</summary>
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

        // Handlers run on the pool, never on whatever thread this was called on, and without the caller's AsyncLocals.
        if (ExecutionContext.IsFlowSuppressed())
            return Task.Run(() => connection.RunAsync(cancellationToken), CancellationToken.None);
        using (ExecutionContext.SuppressFlow())
            return Task.Run(() => connection.RunAsync(cancellationToken), CancellationToken.None);
    }

    /// <summary>
    /// Makes a connection in memory and serves it. Without the client's AsyncLocals: the connection is also that of requests to
    /// come.
    /// </summary>
    /// <returns>The client's end.</returns>
    public ConnectionEnd Connect(EntryRules rules, HandlerFailures? failures, Action<ConnectionEnd> closed)
    {
        // A client that goes away makes the heart beat at once, so that a handler need not wait to be told.
        MemoryPipe requests = new(), responses = new();
        ConnectionEnd client = new(responses, requests, closed + (_ => heartbeat.Tick()));
        InMemoryTransport transport = new(new ConnectionEnd(requests, responses, static _ => { }), failures);
        Queue(Open(transport, rules, Rejection.None, mayBeEvicted: false, OnEnded));
        return client;
    }

    /// <summary>Closes idle connections, gives the others their grace, and aborts what is left.</summary>
    /// <param name="endOfGrace">Ends the grace before its time.</param>
    /// <returns>How many connections had to be aborted.</returns>
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
    /// <param name="connection">What serves it; null if it is not to be.</param>
    public static void Queue(IThreadPoolWorkItem? connection)
    {
        if (connection is null) return;

        // Without descriptors the pool may be unable to start a thread, and says so to whoever gives it work. The work is queued
        // all the same.
        try
        {
            ThreadPool.UnsafeQueueUserWorkItem(connection, preferLocal: false);
        }
        catch (OutOfMemoryException)
        {
            // As above.
        }
    }

    // It has no loop that would.
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
            // As above; and the others are to be aborted too.
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
