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
/// <see cref="Sender"/> by one at a time, <see cref="EndRequest"/>); then <see cref="ChannelSender.ShutdownAsync"/> and
/// <see cref="LingerAsync"/> if the end is in good order; <see cref="EndNow"/> and <see cref="ReleaseAsync"/> last, always;
/// </item>
/// <item><see cref="Control"/>, for any other thread at any time.</item>
/// </list>
/// </summary>
internal sealed class Channel
{
    private readonly ChannelControl _control; // the one reference: each one that an idle connection has counts
    private volatile bool _isTainted;

    /// <param name="id">The connection's name in the log.</param>
    /// <param name="transport">The stream, which now belongs to the channel.</param>
    /// <param name="context">What all channels share.</param>
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

    /// <summary>How it receives.</summary>
    public ChannelReceiver Receiver => _control.Receiver;

    /// <summary>How it sends.</summary>
    public ChannelSender Sender => _control.Sender;

    /// <summary>What any thread may do with it.</summary>
    public IChannelControl Control => _control;

    public CoarseClock Clock => _control.Context.Clock;

    /// <summary>
    /// Cancelled when the connection is aborted, or a client kept it waiting for too long. For the channel's own waits.
    /// </summary>
    public CancellationToken Aborted => _control.Aborted;

    /// <summary>Why the server ended the connection, if it did.</summary>
    public string? AbortReason => _control.AbortReason;

    /// <summary>Whether a request is being answered. For any thread.</summary>
    public bool IsAtWork => _control.IsAtWork;

    /// <summary>Whether another protocol has taken the connection over.</summary>
    public bool IsTakenOver { get; private set; }

    /// <summary>Whether somebody has ended the connection at this end.</summary>
    public bool IsEnded => Transport.IsEnded;

    /// <summary>
    /// Whether the connection can be closed in one direction only, so that waiting for the client's end makes sense.
    /// </summary>
    public bool CanLinger => Transport.CanShutdownSend;

    /// <summary>Sees to what comes before the first request.</summary>
    /// <returns>Why the connection is refused, if it is.</returns>
    /// <exception cref="IOException">The peer did not do its part.</exception>
    /// <exception cref="OperationCanceledException">The connection was ended meanwhile.</exception>
    public async ValueTask<Rejection> OpenAsync()
    {
        if (!Transport.NeedsOpening) return Rejection.None;

        Receiver.BeginWait(Wait.Handshake, Clock.After(_control.Context.Limits.TlsHandshakeTimeout));
        Rejection refusal = await Transport.OpenAsync(Aborted).ConfigureAwait(false);
        if (!Receiver.EndWait()) throw new OperationCanceledException(); // our own end
        return refusal;
    }

    /// <summary>Waits for a byte, or the end, without a buffer: an idle connection owns none.</summary>
    public ValueTask<int> WaitForByteAsync()
    {
        ReleaseBuffers();
        return Receiver.WaitForByteAsync();
    }

    /// <summary>Closes the connection if the server is stopping. To be called when a next request is waited for.</summary>
    public void CloseIfStopping() => _control.CloseIfStopping();

    /// <summary>A next request is to be waited for: see <see cref="Transports.Transport.GoOnInline"/>.</summary>
    public void GoOnInline(bool neverBlocks) => Transport.GoOnInline(neverBlocks);

    /// <summary>
    /// Goes on where a thread may be blocked, now and after every wait until the next request is waited for: in the pool, unless
    /// the caller's thread is another such place already. To be awaited before whatever may block: a connection whose handler
    /// never blocks is otherwise served by a thread that must not be.
    /// </summary>
    public ConfiguredTaskAwaitable<OnPool> GoToPoolAsync()
    {
        bool isThere = Transport.GoOnWhereBlockingIsAllowed();
        return OnPool.Proof.ConfigureAwait(isThere ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);
    }

    /// <summary>Begins a request.</summary>
    /// <param name="life">Its tokens; null for handlers that need none of their own.</param>
    public void BeginRequest(RequestLife? life) => _control.BeginRequest(life);

    /// <summary>Another protocol takes the connection over, within the request that has begun.</summary>
    public void BeginTakeOver()
    {
        IsTakenOver = true;
        if (Receiver.Received.UnreadLength == 0) ReleaseBuffers();
    }

    /// <summary>The request is over: its tokens are nobody's any more.</summary>
    public void EndRequest() => _control.EndRequest();

    /// <summary>Waits for the client to end too, after it was told that nothing more comes.</summary>
    public ValueTask LingerAsync()
    {
        ReleaseBuffers();
        return Receiver.LingerAsync();
    }

    /// <summary>Closes the connection in good order.</summary>
    public async ValueTask CloseAsync()
    {
        if (Transport.OwesClosureAlert) await Sender.ShutdownAsync().ConfigureAwait(false);
        Transport.End(abort: false);
    }

    /// <summary>Ends the connection unless it was closed in good order.</summary>
    public void EndNow() => Transport.End(abort: true);

    /// <summary>Waits until the stream is closed, and gives the buffers back. The last thing that the loop does.</summary>
    public async ValueTask ReleaseAsync()
    {
        await Transport.ReleaseAsync().ConfigureAwait(false);
        ReleaseBuffers();
    }

    /// <summary>
    /// Gives the buffers' arrays back to their pool. An array that an operation may still hold (one that failed, was given up, or
    /// was never awaited) is left to the garbage collector.
    /// </summary>
    public void ReleaseBuffers()
    {
        Receiver.ReleaseBuffer(_isTainted);
        Sender.ReleaseBuffer(_isTainted);
    }

    /// <summary>
    /// Whether an exception is one that the connection itself has thrown because its client is gone, or wraps it. Any other is
    /// the fault of whoever threw it, also when the client is gone.
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
    /// An operation of user code is still under way: the connection is over, and its arrays never go back to their pool. However
    /// that operation ends, this cannot be taken back.
    /// </summary>
    public void Taint() => _isTainted = true;
}
