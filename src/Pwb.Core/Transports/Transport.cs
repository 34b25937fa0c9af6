using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Pwb.Model;
using Pwb.Protocol;

namespace Pwb.Transports;

/// <summary>
/// Everything that a connection needs besides reading and writing. This class serves any stream; subclasses use what they know of
/// theirs.
/// </summary>
internal class Transport(Stream stream, EndPoint? peer, ProxyPreface? preface = null) : IRequestConnection
{
    private Task? _closed;

    public Stream Stream { get; protected set; } = stream;

    /// <summary>Whether sent bytes are encrypted.</summary>
    public virtual bool IsSecure => false;

    /// <summary>The version of TLS. To be told also after the end.</summary>
    public virtual SslProtocols TlsProtocol => SslProtocols.None;

    /// <summary>The client's certificate, if one was asked for, has come and is accepted.</summary>
    public virtual X509Certificate2? ClientCertificate => null;

    /// <summary>The connection's number.</summary>
    public long Id { get; set; }

    /// <summary>The information for requests about the connection. Made on demand.</summary>
    public HttpConnectionInfo Info => field ??= new HttpConnectionInfo(this);

    /// <summary>The reader of a PROXY header; null where no proxy is in front.</summary>
    public ProxyPreface? Preface { get; set; } = preface;

    /// <summary>Whether <see cref="OpenAsync"/> has to come first.</summary>
    public virtual bool NeedsOpening => Preface is not null;

    /// <summary>The other end of this very connection: the client, or a proxy.</summary>
    public virtual EndPoint? Peer { get; } = peer;

    public EndPoint? RemoteEndPoint => Preface?.Source ?? Peer;

    public EndPoint? LocalEndPoint => Preface?.Destination ?? Own;

    public EndPoint? ProxyEndPoint => Preface?.Proxy;

    /// <summary>This end of this very connection, where it is known.</summary>
    public virtual EndPoint? Own => null;

    /// <summary>Whether this end has ended the connection.</summary>
    public bool IsEnded => Volatile.Read(ref _closed) is not null;

    /// <summary>Whether <see cref="ShutdownSendAsync"/> works.</summary>
    public virtual bool CanShutdownSend => false;

    /// <summary>
    /// Whether ending the connection makes a pending read return, so that an idle wait needs no token, which costs memory.
    /// </summary>
    public virtual bool EndsPendingReads => false;

    /// <summary>Whether bytes have arrived, as far as can be told, that the reader has not taken.</summary>
    public virtual bool HasUnreadData => false;

    /// <summary>Whether there may be bytes as well that only reading shows.</summary>
    public virtual bool MayHoldUnreadData => false;

    /// <summary>
    /// Whether the peer is still to be told of the end before the connection is closed (RFC 9112 §9.8), which only the
    /// connection's loop can do, by <see cref="ShutdownSendAsync"/>. It is then woken by its token.
    /// </summary>
    public virtual bool OwesClosureAlert => false;

    /// <summary>Whether closing never waits.</summary>
    public virtual bool ClosesAtOnce => false;

    /// <summary>The system's descriptor of the connection; -1 without one, or if it is unknown.</summary>
    public virtual long Descriptor => -1;

    /// <summary>Whether <see cref="SendFileAsync"/> works.</summary>
    public virtual bool CanSendFiles => false;

    /// <summary>
    /// Begins a wait for a next request. Continuations may run inline where the system reports events, as long as only the
    /// server's code runs: see <see cref="GoOnWhereBlockingIsAllowed"/>. Streams without such a mode go on in the pool.
    /// </summary>
    /// <param name="neverBlocks">Whether the handler has promised to do nothing that such a thread must not.</param>
    public virtual void GoOnInline(bool neverBlocks)
    {
    }

    /// <summary>Has continuations run where a thread may be blocked, until <see cref="GoOnInline"/>.</summary>
    /// <returns>Whether the caller's thread may be.</returns>
    public virtual bool GoOnWhereBlockingIsAllowed() => Thread.CurrentThread.IsThreadPoolThread;

    /// <summary>Has continuations run in the pool, until <see cref="GoOnInline"/>.</summary>
    /// <returns>Whether the caller is there.</returns>
    public virtual bool GoOnInPool() => Thread.CurrentThread.IsThreadPoolThread;

    /// <summary>Takes note of a handler's exception, where the client is to be told.</summary>
    /// <returns>The field of the 500 that names the failure; null where clients are not told.</returns>
    public virtual (string Name, string Value)? NoteFailure(Exception exception) => null;

    /// <summary>Does everything that comes before the first request.</summary>
    /// <returns>The reason to refuse the connection, or None.</returns>
    /// <exception cref="IOException">The peer did not do its part. The connection has been ended.</exception>
    public virtual async ValueTask<Rejection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Preface!.ReadAsync(Stream, Peer, cancellationToken).ConfigureAwait(false);
            return Rejection.None;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (IsEnded) throw new OperationCanceledException(exception.Message, exception); // by another thread, which knows why
            End(abort: false);
            throw new IOException($"no PROXY header: {exception.Message}", exception);
        }
    }

    /// <summary>The first byte that arrives, which stays unread.</summary>
    /// <returns>-1 if the peer ends before; null if only reading would tell.</returns>
    public virtual ValueTask<int?> PeekAsync(CancellationToken cancellationToken) => default;

    /// <summary>Tells the peer that nothing more will be sent, and leaves the other direction open.</summary>
    public virtual ValueTask ShutdownSendAsync() => default;

    /// <summary>The number of bytes that the peer has acknowledged in all; -1 where the system cannot tell.</summary>
    public virtual long GetAcknowledgedBytes() => -1;

    /// <summary>Sends bytes, and then part of a file without a copy through the process.</summary>
    /// <returns>The number of sent bytes of the file: fewer than asked for if the file is shorter.</returns>
    /// <exception cref="ConnectionLostException">The client is gone.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public virtual ValueTask<int> SendFileAsync(ReadOnlyMemory<byte> before, FileStream file, long offset, int count) =>
        throw new NotSupportedException();

    /// <summary>The state of the peer, as far as it is known without reading.</summary>
    public virtual PeerState LookForEnd() => PeerState.Unknown;

    /// <summary>Closes the connection, unless that has been done. For the connection's own loop.</summary>
    /// <param name="abort">Whether the peer is to see that something is missing.</param>
    public void End(bool abort)
    {
        if (Interlocked.CompareExchange(ref _closed, Task.CompletedTask, null) is null) CloseSafely(abort);
    }

    /// <summary>
    /// The last call of the connection's loop: completes when the stream has been closed, after the connection was ended.
    /// </summary>
    public virtual Task ReleaseAsync() => Volatile.Read(ref _closed) ?? Task.CompletedTask;

    /// <summary>Closes the connection from any other thread. Does not wait, even if closing the stream does.</summary>
    public void EndFromOutside(bool abort)
    {
        if (ClosesAtOnce)
        {
            End(abort);
            return;
        }

        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.CompareExchange(ref _closed, closed.Task, null) is not null) return;

        ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                CloseSafely(abort);
                closed.SetResult();
            },
            null);
    }

    /// <summary>Closes the stream. Called once.</summary>
    protected virtual void Close(bool abort) => Stream.Dispose();

    private void CloseSafely(bool abort)
    {
        try
        {
            Close(abort);
        }
        catch (Exception)
        {
            // Streams that buffer may fail to write their rest when they are disposed. The connection is over all the same.
        }
    }
}
