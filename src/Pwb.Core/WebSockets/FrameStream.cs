using System.Buffers;
using System.Net.WebSockets;
using Pwb.Model;

namespace Pwb.WebSockets;

/// <summary>
/// The connection for the runtime's WebSocket. Every write of the runtime is one whole frame, so a close frame can be put between
/// two of them at any time; only pongs follow it, and they are dropped. From then on all reading is bounded. Disposing, which the
/// runtime does when it aborts, ends the runtime's reads and writes only; the closing handshake continues by
/// <see cref="DrainAsync"/>.
/// </summary>
internal sealed class FrameStream : ForwardStream
{
    private const byte CloseFrame = 0x88, ControlBit = 0x08;
    private const int DrainBufferLength = 4096;

    private readonly Stream _connection;
    private readonly TimeSpan _closeTimeout;
    private readonly FrameReader _frames = new();
    private readonly SemaphoreSlim _reading = new(1);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _patience; // for all that is read
    private readonly CancellationTokenSource _inUse; // for the runtime's reads and writes

    public FrameStream(Stream connection, TimeSpan closeTimeout, CancellationToken cancellationToken)
    {
        _connection = connection;
        _closeTimeout = closeTimeout;
        _patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _inUse = CancellationTokenSource.CreateLinkedTokenSource(_patience.Token);
    }

    /// <summary>Whether a close frame has been sent.</summary>
    public bool HasSentClose { get; private set; }

    /// <summary>Whether the client has ended the connection, or it failed.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Whether the client has sent a close frame.</summary>
    public bool HasSeenClose => _frames.HasSeenClose;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    /// <summary>Sends a close frame, unless one has been sent.</summary>
    /// <param name="code">Its code.</param>
    public async ValueTask SendCloseAsync(int code)
    {
        byte[] frame = [CloseFrame, sizeof(ushort), (byte)(code >> 8), (byte)code];
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(_patience.Token);
        timeout.CancelAfter(_closeTimeout); // another write may be in the way
        await SendAsync(frame, timeout.Token, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>
    /// Waits for the client's close frame, or its end, and drops everything before it. Does not wait for a client that broke the
    /// protocol.
    /// </summary>
    public async ValueTask DrainAsync()
    {
        byte[] dropped = ArrayPool<byte>.Shared.Rent(DrainBufferLength);
        try
        {
            while (!HasSeenClose && !IsAtEnd && _frames.Fault == 0)
                await ReadAsync(dropped, () => HasSeenClose, _patience.Token).ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(dropped);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or WebSocketException)
        {
            // It has not answered in time, or is gone. The array is left to the collector: a read that was given up may hold it.
        }
    }

    /// <summary>Waits until no read or write is under way any more, after the runtime's have been ended.</summary>
    public async ValueTask RestAsync()
    {
        await _patience.CancelAsync().ConfigureAwait(false);
        await _reading.WaitAsync(_closeTimeout, CancellationToken.None).ConfigureAwait(false);
        await _writing.WaitAsync(_closeTimeout, CancellationToken.None).ConfigureAwait(false);
        _inUse.Dispose();
        _patience.Dispose();
    }

    // Tokens of its user reach the runtime's WebSocket, which then disposes of this.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ReadAsync(buffer, static () => false, _inUse.Token);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        SendAsync(buffer, _inUse.Token, _inUse.Token);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing) return;
        try
        {
            _inUse.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // User code has kept the WebSocket, and disposes of it after the end.
        }
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, Func<bool> isEnough, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (isEnough()) return 0;
            if (_frames.Fault != 0) throw await FailAsync().ConfigureAwait(false);

            int count = await _connection.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            IsAtEnd |= count == 0 && !buffer.IsEmpty;
            int sound = _frames.Read(buffer.Span[..count]);
            if (_frames.Fault != 0 && sound == 0) throw await FailAsync().ConfigureAwait(false);
            return sound;
        }
        catch (IOException)
        {
            IsAtEnd = true;
            throw;
        }
        catch (OperationCanceledException exception) when (!_patience.IsCancellationRequested)
        {
            // By its user's token, or after an unanswered ping: the runtime knows the reason.
            throw new IOException("The WebSocket was aborted.", exception);
        }
        finally
        {
            _reading.Release();
        }
    }

    // RFC 6455 §7.1.7
    private async ValueTask<WebSocketException> FailAsync()
    {
        await SendCloseAsync(_frames.Fault).ConfigureAwait(false);
        return new WebSocketException(WebSocketError.Faulted, "The client broke the protocol.");
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken waiting, CancellationToken writing)
    {
        await _writing.WaitAsync(waiting).ConfigureAwait(false);
        try
        {
            bool isClose = frame.Span[0] == CloseFrame;
            if (HasSentClose)
            {
                if ((frame.Span[0] & ControlBit) != 0) return; // RFC 6455 §5.5.1: nothing follows
                throw new IOException("The WebSocket has been closed.");
            }

            if (isClose)
            {
                HasSentClose = true;
                _patience.CancelAfter(_closeTimeout);
            }

            await _connection.WriteAsync(frame, writing).ConfigureAwait(false);
        }
        catch (IOException) when (!HasSentClose)
        {
            IsAtEnd = true;
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }
}
