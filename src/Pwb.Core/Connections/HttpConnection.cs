using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using Pwb.Protocol;

namespace Pwb.Connections;

/// <summary>
/// One connection: receives requests and has each answered. <see cref="RunAsync"/> is the only place that waits for a next request.
/// How its waits end otherwise is in HttpConnection.Deadlines.cs.
/// </summary>
internal sealed partial class HttpConnection : IConnectionInfo, IThreadPoolWorkItem
{
    // After so many requests without a wait, a connection that pipelines lets the others have their turn.
    private const int MaxBurst = 64;

    private readonly ConnectionContext _context;
    private readonly Transport _transport;
    private readonly Action<HttpConnection> _ended;
    private readonly RequestParser _parser;
    private readonly HttpExchange _exchange;
    private Rejection _refusal;
    private bool _isNew = true;
    private bool _hasWaited; // for the first byte of what is to be received next
    private int _burst;

    /// <summary>Makes a connection that is still to be run.</summary>
    /// <param name="transport">The stream, which now belongs to the connection.</param>
    /// <param name="context">What it shares with others.</param>
    /// <param name="hosts">The hosts that its requests may be for; null for any.</param>
    /// <param name="id">Its name in the log.</param>
    /// <param name="refusal">Why it is refused before its first request, if it is.</param>
    /// <param name="ended">Called when it has ended.</param>
    public HttpConnection(Transport transport, ConnectionContext context, HostFilter? hosts, long id, Rejection refusal, Action<HttpConnection> ended)
    {
        _context = context;
        _transport = transport;
        _refusal = refusal;
        _ended = ended;
        _parser = new RequestParser(context.Limits);
        Id = id;
        Input = new ConnectionInput(this, context);
        Output = new ConnectionOutput(this, context);
        _exchange = new HttpExchange(this, context, hosts);
    }

    public long Id { get; }

    public bool IsRefused => _refusal != Rejection.None;

    /// <summary>Its place among the open connections: theirs to set.</summary>
    public int Index { get; set; }

    public EndPoint? RemoteEndPoint => _transport.RemoteEndPoint;

    public Stream Stream => _transport.Stream;

    public string Scheme => _transport.IsSecure ? "https" : "http";

    public bool CanSendFiles => _transport.CanSendFiles;

    public ConnectionInput Input { get; }

    public ConnectionOutput Output { get; }

    /// <summary>The method of the request that is being answered, if one is.</summary>
    public string? ActiveMethod => _exchange.IsPending ? _exchange.Head.KnownMethod : null;

    /// <summary>Serves the connection until it ends. Never throws.</summary>
    /// <param name="cancellationToken">Aborts the connection.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static state => ((HttpConnection)state!).Abort(), this);
        try
        {
            if (_transport.NeedsOpening) await OpenAsync().ConfigureAwait(false);
            _context.Log.Connected(_context.Log.IsHeadEnabled ? RemoteEndPoint : null);
            if (IsRefused) await RefuseAsync(_refusal).ConfigureAwait(false);
            while (!IsRefused && await ServeAsync().ConfigureAwait(false))
            {
                _transport.CompletesInline = _context.HandlerNeverBlocks;

                // An idle connection owns no buffer, and no frame but this one: it waits for the first byte with empty hands.
                Input.Buffer.Release();
                Output.Buffer.Release();
                ValueTask<int> waking = Stream.ReadAsync(Memory<byte>.Empty, _transport.EndsPendingReads ? CancellationToken.None : Aborted);
                if (!waking.IsCompleted) _burst = 0;
                try
                {
                    await waking.ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (IsGivenUp)
                {
                    break;
                }
            }

            if (_transport.OwesClosureAlert) await Output.ShutdownAsync().ConfigureAwait(false);
            _transport.End(abort: false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            await GoToPoolAsync(); // the log may block
            _context.Log.Ended(RemoteEndPoint, _abortReason ?? (exception is IOException ? exception.Message : "aborted"));
        }
        catch (Exception exception) // A stream that is not ours may throw anything. It is its connection's end and nobody else's.
        {
            await GoToPoolAsync();
            _context.Log.Failed(Id.ToString(System.Globalization.CultureInfo.InvariantCulture), exception);
        }
        finally
        {
            _transport.End(abort: true); // does nothing to a stream that was closed above
            await _transport.ReleaseAsync().ConfigureAwait(false);
            _exchange.Reset();
            Input.Buffer.Release();
            Output.Buffer.Release();
            _ended(this);
        }
    }

    /// <summary>Serves the connection on the pool's thread that this is called on.</summary>
    void IThreadPoolWorkItem.Execute() => _ = RunAsync(CancellationToken.None);

    /// <summary>
    /// Goes on with a thread of the pool, now and after every wait until the next request is waited for. To be awaited before whatever may
    /// block: a connection whose handler never blocks is otherwise served by a thread that must not be.
    /// </summary>
    public ConfiguredTaskAwaitable GoToPoolAsync()
    {
        _transport.CompletesInline = false;
        bool isThere = Thread.CurrentThread.IsThreadPoolThread;
        return Task.CompletedTask.ConfigureAwait(isThere ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);
    }

    /// <summary>How many bytes the client has acknowledged in all, or -1 if nobody knows.</summary>
    public long GetAcknowledgedBytes() => _transport.GetAcknowledgedBytes();

    /// <summary>Tells the client that nothing more will be sent.</summary>
    public ValueTask ShutdownSendAsync() => _transport.ShutdownSendAsync();

    /// <summary>Sends bytes, and then part of a file.</summary>
    /// <returns>How many bytes of the file were sent.</returns>
    public ValueTask<int> SendFileAsync(ReadOnlyMemory<byte> before, FileStream file, long offset, int count) => _transport.SendFileAsync(before, file, offset, count);

    /// <summary>Receives requests and has them answered, until there is nothing left to do.</summary>
    /// <returns>Whether a next request is to be waited for, and this called again when it comes. If not, the connection is at its end.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ServeAsync()
    {
        for (; ; _burst++)
        {
            OperationStatus status;
            while ((status = _parser.Parse(Input.Buffer.Unread, _exchange.Head, _exchange.Request.Headers)) == OperationStatus.NeedMoreData)
            {
                bool isIdle = _parser.IsBeforeRequest(Input.Buffer.UnreadLength);
                if (!_hasWaited)
                {
                    await Output.FlushAsync().ConfigureAwait(false); // D3: flush before you wait
                    if (isIdle && _context.IsStopping && !_transport.HasUnreadData && !_transport.MayHoldUnreadData) return false;

                    BeginHeadWait(isIdle);
                    _hasWaited = Input.Buffer.UnreadLength == 0;
                    if (_hasWaited) return true;
                }

                _hasWaited = false;
                int received;
                try
                {
                    ValueTask<int> receiving = Stream.ReadAsync(Input.Buffer.GetFreeSpace(), Aborted);
                    if (!receiving.IsCompleted) _burst = 0;
                    received = await receiving.ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (IsGivenUp)
                {
                    received = 0;
                }

                if (!_receiving.End())
                {
                    if (!isIdle) await RefuseAsync(Rejection.HeadTimeout).ConfigureAwait(false);
                    return false;
                }

                Input.Buffer.Received(received);
                if (received > 0) continue;
                if (_transport.IsEnded) throw new OperationCanceledException(); // not the client's FIN, but our own end

                Input.IsAtEnd = true;
                if (!isIdle) await RefuseAsync(Rejection.IncompleteRequest).ConfigureAwait(false);
                return false;
            }

            if (status == OperationStatus.InvalidData)
            {
                await RefuseAsync(_parser.Rejection).ConfigureAwait(false);
                return false;
            }

            bool isOpen = await _exchange.RunAsync().ConfigureAwait(false);
            if (!isOpen)
            {
                await EndAsync(isLast: _exchange.IsClientsLast).ConfigureAwait(false);
                return false;
            }

            _parser.Reset();
            _exchange.Reset();
            _headDueAt = 0;
            _isNew = false;
            if (_burst >= MaxBurst)
            {
                _burst = 0;
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }
        }
    }

    private async ValueTask OpenAsync()
    {
        BeginWait(Wait.Handshake, _context.Clock.After(_context.Limits.TlsHandshakeTimeout));
        Rejection refusal = await _transport.OpenAsync(Aborted).ConfigureAwait(false);
        if (!EndWait(Wait.Handshake)) throw new OperationCanceledException(); // our own end
        if (!IsRefused) _refusal = refusal;
    }

    /// <summary>Answers with a refusal and ends the connection: nothing that follows is looked at.</summary>
    private async ValueTask RefuseAsync(Rejection rejection)
    {
        await GoToPoolAsync(); // the log may block
        _exchange.AppendRefusal(rejection);
        await EndAsync(isLast: false).ConfigureAwait(false);
    }

    /// <summary>
    /// Sends what is pending, then FIN, then waits for the client to end too: to close with unread input
    /// would reset the connection and could destroy the response on its way.
    /// </summary>
    /// <param name="isLast">Whether the client will send no other request. There is nothing to wait for then, but over TLS: it may still send a close_notify.</param>
    private async ValueTask EndAsync(bool isLast)
    {
        await Output.FlushAsync().ConfigureAwait(false);
        if ((isLast && !_transport.MayHoldUnreadData) || Input.IsAtEnd || !_transport.CanShutdownSend) return;

        await Output.ShutdownAsync().ConfigureAwait(false);
        Output.Buffer.Release();
        long dueAt = _context.Clock.After(_context.Limits.LingerTimeout);
        byte[] dropped = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            int received;
            for (int left = _context.Limits.MaxLingerLength; left > 0; left -= received)
            {
                BeginWait(Wait.Linger, dueAt);
                received = await Stream.ReadAsync(dropped, CancellationToken.None).ConfigureAwait(false);
                EndWait(Wait.Linger);
                if (received == 0) return;
            }
        }
        catch (IOException)
        {
            // The client is gone, or the time was up. Either way this is the end.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(dropped);
        }
    }
}
