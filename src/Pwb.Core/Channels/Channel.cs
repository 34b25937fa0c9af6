using System.Net;
using System.Runtime.CompilerServices;
using Pwb.Model;
using Pwb.Protocol;
using Pwb.Threads;
using Pwb.Time;
using Pwb.Transports;

namespace Pwb.Channels;

/// <summary>
/// One connection as bytes, time and an end: a transport, a buffer for each direction, a deadline for each direction, and the
/// tokens. It knows nothing of HTTP. Its members come in two families:
/// <list type="bullet">
/// <item>
/// the loop's, for whoever serves the connection. In this order: <see cref="OpenAsync"/> once; then any number of waits
/// (<see cref="BeginWait"/>,
/// <see cref="WaitForByteAsync"/>, <see cref="ReceiveNextAsync"/>), requests (<see cref="BeginRequest"/>,
/// <see cref="ReceiveAsync"/> by one at a time,
/// <see cref="FlushAsync"/> and the other sends by one at a time, <see cref="EndRequest"/>); then <see cref="ShutdownAsync"/> and
/// <see cref="LingerAsync"/> if the end is in good order; <see cref="EndNow"/> and <see cref="ReleaseAsync"/> last, always;
/// </item>
/// <item><see cref="IChannelControl"/>, for any other thread at any time.</item>
/// </list>
/// </summary>
internal sealed partial class Channel : IChannelControl
{
    private readonly Transport _transport;
    private readonly ChannelContext _context;
    private ReceiveBuffer _received = new();
    private SendBuffer _pending = new();
    private volatile bool _isTainted;

    /// <param name="id">The connection's name in the log.</param>
    /// <param name="transport">The stream, which now belongs to the channel.</param>
    /// <param name="context">What all channels share.</param>
    public Channel(long id, Transport transport, ChannelContext context)
    {
        transport.Id = id;
        _transport = transport;
        _context = context;
    }

    public long Id => _transport.Id;

    public EndPoint? RemoteEndPoint => _transport.RemoteEndPoint;

    public Transport Transport => _transport;

    /// <summary>"https" or "http": RFC 9110 §4.2.</summary>
    public string Scheme => _transport.IsSecure ? "https" : "http";

    /// <summary>What was received and not used yet. For the one who receives.</summary>
    public ref ReceiveBuffer Received => ref _received;

    /// <summary>What will be sent next. For the one who sends.</summary>
    public ref SendBuffer Pending => ref _pending;

    /// <summary>Whether another protocol has taken the connection over.</summary>
    public bool IsTakenOver { get; private set; }

    /// <summary>Whether somebody has ended the connection at this end.</summary>
    public bool IsEnded => _transport.IsEnded;

    /// <summary>
    /// Whether the connection can be closed in one direction only, so that waiting for the client's end makes sense.
    /// </summary>
    public bool CanLinger => _transport.CanShutdownSend;

    /// <summary>Sees to what comes before the first request.</summary>
    /// <returns>Why the connection is refused, if it is.</returns>
    /// <exception cref="IOException">The peer did not do its part.</exception>
    /// <exception cref="OperationCanceledException">The connection was ended meanwhile.</exception>
    public async ValueTask<Rejection> OpenAsync()
    {
        if (!_transport.NeedsOpening) return Rejection.None;

        BeginWait(Wait.Handshake, _context.Clock.After(_context.Limits.TlsHandshakeTimeout));
        Rejection refusal = await _transport.OpenAsync(Aborted).ConfigureAwait(false);
        if (!EndWait(Wait.Handshake)) throw new OperationCanceledException(); // our own end
        return refusal;
    }

    /// <summary>
    /// Goes on with a thread of the pool, now and after every wait until the next request is waited for. To be awaited before
    /// whatever may block: a connection whose handler never blocks is otherwise served by a thread that must not be.
    /// </summary>
    public ConfiguredTaskAwaitable<OnPool> GoToPoolAsync()
    {
        _transport.CompletesInline = false;
        bool isThere = Thread.CurrentThread.IsThreadPoolThread;
        return OnPool.Proof.ConfigureAwait(isThere ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);
    }

    /// <summary>Begins a request.</summary>
    /// <param name="life">Its tokens; null for handlers that need none of their own.</param>
    public void BeginRequest(RequestLife? life)
    {
        _life = life;
        Volatile.Write(ref _workSince, _context.Clock.Now);
        Volatile.Write(ref _isAtWork, true);
        if (life is null) return;

        Interlocked.MemoryBarrier(); // who aborts or stops now sees the new life, or is seen here
        if (_aborted.IsCancellationRequested) CancelLife(life);
        if (_context.IsStopping) StopLife(life);
    }

    /// <summary>Another protocol takes the connection over, within the request that has begun.</summary>
    public void BeginTakeOver()
    {
        IsTakenOver = true;
        if (_received.UnreadLength == 0) ReleaseBuffers();
    }

    /// <summary>The request is over: its tokens are nobody's any more.</summary>
    public void EndRequest()
    {
        _life = null;
        Volatile.Write(ref _isAtWork, false);
    }

    /// <summary>Closes the connection in good order.</summary>
    public async ValueTask CloseAsync()
    {
        if (_transport.OwesClosureAlert) await ShutdownAsync().ConfigureAwait(false);
        _transport.End(abort: false);
    }

    /// <summary>Ends the connection unless it was closed in good order.</summary>
    public void EndNow() => _transport.End(abort: true);

    /// <summary>Waits until the stream is closed, and gives the buffers back. The last thing that the loop does.</summary>
    public async ValueTask ReleaseAsync()
    {
        await _transport.ReleaseAsync().ConfigureAwait(false);
        ReleaseBuffers();
    }

    /// <summary>
    /// Gives the buffers' arrays back to their pool. An array that an operation may still hold (one that failed, was given up, or
    /// was never awaited) is left to the garbage collector.
    /// </summary>
    public void ReleaseBuffers()
    {
        if (_isTainted || _mayHoldReceived) _received.Abandon();
        else _received.Release();

        if (_isTainted || HasSendFailed) _pending.Abandon();
        else _pending.Release();
    }

    /// <summary>
    /// An operation of user code is still under way: the connection is over, and its arrays never go back to their pool. However
    /// that operation ends, this cannot be taken back.
    /// </summary>
    public void Taint() => _isTainted = true;
}
