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
/// (<see cref="ChannelReceiver.BeginWait"/>, <see cref="WaitForByteAsync"/>, <see cref="ChannelReceiver.ReceiveNextAsync"/>),
/// requests (<see cref="BeginRequest"/>, <see cref="ChannelReceiver.ReceiveAsync"/> by one at a time, the sends of
/// <see cref="Sender"/> by one at a time, <see cref="EndRequest"/>); then <see cref="ShutdownAsync"/> and
/// <see cref="LingerAsync"/> if the end is in good order; <see cref="EndNow"/> and <see cref="ReleaseAsync"/> last, always;
/// </item>
/// <item><see cref="Control"/>, for any other thread at any time.</item>
/// </list>
/// </summary>
internal sealed class Channel
{
    private readonly ChannelControl _control; // the only reference: each one of an idle connection counts
    private volatile bool _isTainted;

    /// <param name="id">The connection's name in the log.</param>
    /// <param name="transport">The stream, which the channel now owns.</param>
    /// <param name="context">The state that all channels of a server share.</param>
    public Channel(long id, Transport transport, ChannelContext context)
    {
        transport.Id = id;
        CancellationTokenSource aborted = new();
        ChannelReceiver receiver = new(transport, context, aborted.Token);
        _control = new ChannelControl(transport, context, receiver, new ChannelSender(transport, context), aborted);
    }

    public long Id => Transport.Id;

    public EndPoint? RemoteEndPoint => Transport.RemoteEndPoint;

    public Transport Transport => _control.Transport;

    /// <summary>"https" or "http": RFC 9110 §4.2.</summary>
    public string Scheme => Transport.IsSecure ? "https" : "http";

    /// <summary>The receiving half.</summary>
    public ChannelReceiver Receiver => _control.Receiver;

    /// <summary>The sending half.</summary>
    public ChannelSender Sender => _control.Sender;

    /// <summary>The operations for any thread.</summary>
    public IChannelControl Control => _control;

    public CoarseClock Clock => _control.Context.Clock;

    /// <summary>
    /// Cancelled when the connection is aborted, or when a client kept it waiting for too long. For the channel's own waits.
    /// </summary>
    public CancellationToken Aborted => _control.Aborted;

    /// <summary>The reason of the server's abort, or null.</summary>
    public string? AbortReason => _control.AbortReason;

    /// <summary>Whether a request is being answered. For any thread.</summary>
    public bool IsAtWork => _control.IsAtWork;

    /// <summary>Whether another protocol has taken the connection over.</summary>
    public bool IsTakenOver { get; private set; }

    /// <summary>Whether this end has ended the connection.</summary>
    public bool IsEnded => Transport.IsEnded;

    /// <summary>Whether one direction can be closed alone, so that the server can wait for the client's end.</summary>
    public bool CanLinger => Transport.CanShutdownSend;

    /// <summary>Whether <see cref="OpenAsync"/> has to come first.</summary>
    public bool NeedsOpening => Transport.NeedsOpening;

    /// <summary>Does everything that comes before the first request: PROXY header and TLS handshake.</summary>
    /// <returns>The reason to refuse the connection, or None.</returns>
    /// <exception cref="IOException">The peer failed to do its part.</exception>
    /// <exception cref="OperationCanceledException">The connection was ended meanwhile.</exception>
    public async ValueTask<Rejection> OpenAsync()
    {
        Receiver.BeginWait(Wait.Handshake, Clock.After(_control.Context.Limits.TlsHandshakeTimeout));
        Rejection refusal = await Transport.OpenAsync(Aborted).ConfigureAwait(false);
        if (!Receiver.EndWait()) throw new OperationCanceledException(); // this end has ended it
        return refusal;
    }

    /// <summary>Waits for a byte or the end, without a buffer: an idle connection owns none.</summary>
    public ValueTask<int> WaitForByteAsync()
    {
        ReleaseBuffers();
        return Receiver.WaitForByteAsync();
    }

    /// <summary>
    /// Closes the connection if the server is stopping. To be called at the start of a wait for a next request.
    /// </summary>
    public void CloseIfStopping() => _control.CloseIfStopping();

    /// <summary>
    /// Prepares the transport for the wait for a next request: see <see cref="Transports.Transport.GoOnInline"/>.
    /// </summary>
    public void GoOnInline(bool neverBlocks) => Transport.GoOnInline(neverBlocks);

    /// <summary>
    /// Moves to a thread that may be blocked, now and after every wait until the next request: one of the pool, unless the
    /// caller's thread is already such a thread. To be awaited before everything that may block: without it, the runtime's poll
    /// thread may serve a connection whose handler declares NeverBlocks.
    /// </summary>
    public ConfiguredTaskAwaitable<OnPool> GoToPoolAsync()
    {
        bool isThere = Transport.GoOnWhereBlockingIsAllowed();
        return OnPool.Proof.ConfigureAwait(isThere ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);
    }

    /// <summary>Begins a request.</summary>
    /// <param name="life">The request's tokens; null for handlers that need none.</param>
    public void BeginRequest(RequestLife? life) => _control.BeginRequest(life);

    /// <summary>Gives the connection to another protocol, within the current request.</summary>
    public void BeginTakeOver()
    {
        IsTakenOver = true;
        if (Receiver.Received.UnreadLength == 0) ReleaseBuffers();
    }

    /// <summary>Ends the request, and forgets its tokens.</summary>
    public void EndRequest() => _control.EndRequest();

    /// <summary>Waits for the client's end, after FIN was sent.</summary>
    public ValueTask LingerAsync()
    {
        ReleaseBuffers();
        return Receiver.LingerAsync();
    }

    /// <summary>
    /// Tells the client that nothing more will be sent. Nobody looks for its end meanwhile: the runtime does not keep a session
    /// that is told to end from being read at the same time.
    /// </summary>
    public async ValueTask ShutdownAsync()
    {
        bool isHeld = Transport.OwesClosureAlert && await Receiver.TryHoldAsync().ConfigureAwait(false);
        try
        {
            await Sender.ShutdownAsync().ConfigureAwait(false);
        }
        finally
        {
            if (isHeld) Receiver.LetGo();
        }
    }

    /// <summary>Closes the connection properly, with close_notify where TLS needs it.</summary>
    public async ValueTask CloseAsync()
    {
        if (Transport.OwesClosureAlert) await ShutdownAsync().ConfigureAwait(false);
        Transport.End(abort: false);
    }

    /// <summary>Ends the connection unless it was closed properly.</summary>
    public void EndNow() => Transport.End(abort: true);

    /// <summary>Waits until the stream is closed, and returns the buffers. The loop's last call.</summary>
    public async ValueTask ReleaseAsync()
    {
        await Transport.ReleaseAsync().ConfigureAwait(false);
        ReleaseBuffers();
    }

    /// <summary>
    /// Returns the buffers' arrays to their pool. The garbage collector gets an array that an operation may still hold: one that
    /// failed, was cancelled, or was never awaited.
    /// </summary>
    public void ReleaseBuffers()
    {
        Receiver.ReleaseBuffer(_isTainted);
        Sender.ReleaseBuffer(_isTainted);
    }

    /// <summary>
    /// Whether the connection itself has thrown an exception because its client is gone, also if another exception wraps it.
    /// Every other exception is the fault of its thrower, also when the client is gone.
    /// </summary>
    public bool IsClientsEnd(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (ReferenceEquals(cause, Sender.Failure) || ReferenceEquals(cause, Receiver.Failure)) return true;
        }

        return false;
    }

    /// <summary>
    /// Marks the connection as lost because an operation of user code is still under way. Its arrays never go back to their pool.
    /// The mark stays, however that operation ends.
    /// </summary>
    public void Taint() => _isTainted = true;
}
