using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Microsoft.Win32.SafeHandles;
using Pwb.Platform;

namespace Pwb.Epoll;

/// <summary>
/// A socket as a stream, for one reader and one writer. A read or a write tries first, unless the last try has shown that it
/// would be in vain. It waits only where there is nothing to read, or no room. After a wait it continues in the seat.
/// </summary>
internal sealed class EpollStream : Stream, IReadyTarget, IValueTaskSource<int>, IValueTaskSource
{
    // The part of a file in bytes after which other ready sockets have their turn.
    private const int FileTurn = 1024 * 1024;

    // Structs, so that an idle connection has no object for each.
    private SeatedSocket _socket;
    private EpollReader _reader;
    private EpollWriter _writer;

    /// <param name="socket">A connected socket that does not block.</param>
    /// <param name="seat">The seat that serves it.</param>
    public EpollStream(DescriptorHandle socket, Seat seat) => _socket = new SeatedSocket(socket, seat, seat.Enter(this));

    public DescriptorHandle Socket => _socket.Handle;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>
    /// Whether bytes may have arrived that the reader has not taken. A read that has waited receives its bytes before its caller
    /// runs, and then the socket no longer has them. So the answer is true whenever no read waits.
    /// </summary>
    public bool HasUnreadData
    {
        get
        {
            Span<byte> first = stackalloc byte[1];
            return !_socket.HasEnded && (!_reader.IsAwaited || LinuxStreams.PeekAt(_socket.Handle, first) > 0);
        }
    }

    /// <summary>Has waits continue in the seat. For waits of the server's own.</summary>
    /// <param name="neverBlocks">Whether they do so even while handlers are sent to the pool.</param>
    public void GoOnInSeat(bool neverBlocks) => _socket.GoOnInSeat(neverBlocks);

    /// <summary>Announces code that may block. Waits continue in the seat only while handlers may run there.</summary>
    /// <returns>Whether handlers may run on the caller's thread.</returns>
    public bool GoOnWhereHandlersMayBe()
    {
        _socket.MayBlock();
        return Thread.CurrentThread.IsThreadPoolThread
            || (Threads.WatchedThread.Current is not null && !_socket.Seat.SendsHandlersToPool);
    }

    /// <summary>Has waits continue on the thread pool from now on.</summary>
    public void GoOnInPool() => _socket.GoOnInPool();

    /// <summary>Ends all waits with an error, and refuses new reads and writes.</summary>
    /// <returns>Whether there was a wait.</returns>
    public bool End()
    {
        _socket.End();
        bool reads = _reader.Close();
        bool writes = _writer.Close();
        if (reads) _reader.Fail(SeatedSocket.Gone(), isInline: false);
        if (writes) _writer.Fail(SeatedSocket.Gone(), isInline: false);
        return reads || writes;
    }

    void IReadyTarget.OnReady(uint events)
    {
        _socket.Note(events);
        bool reads = _reader.Signal(events);
        bool writes = _writer.Signal(events);

        // Either direction may run a handler that never returns, so the first one continues elsewhere if both are due.
        bool isInline = _socket.GoesOnInSeat;
        if (writes) _writer.GoOn(ref _socket, isInline && !reads);
        if (reads) _reader.GoOn(ref _socket, isInline);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Reads the bytes that have arrived, or waits for some. An empty buffer waits without reading.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _reader.ReadAsync(ref _socket, this, static stream => ((EpollStream)stream!).CancelRead(), buffer, cancellationToken);

    /// <summary>Waits for a byte and leaves it unread.</summary>
    /// <returns>The byte; -1 at the end.</returns>
    public async ValueTask<int> PeekAsync(CancellationToken cancellationToken)
    {
        byte[] first = new byte[1];
        while (true)
        {
            await ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
            int count = LinuxStreams.PeekAt(_socket.Handle, first);
            if (count > 0) return first[0];
            if (count == 0) return -1;
            if (!LinuxStreams.WouldWait()) throw _socket.Failure("recv");
            _reader.Forget();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Writes all bytes. The token counts only before the first; later the connection's end stops it.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled(cancellationToken)
            : _writer.WriteAsync(ref _socket, this, buffer, isFollowed: false);

    /// <summary>Sends bytes, and then part of a file without copying it through the process.</summary>
    /// <returns>The number of bytes sent from the file: fewer than asked for if the file is shorter.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> SendFileAsync(ReadOnlyMemory<byte> before, SafeFileHandle file, long offset, int count)
    {
        if (!before.IsEmpty) await _writer.WriteAsync(ref _socket, this, before, isFollowed: true).ConfigureAwait(false);

        int sent = 0, turn = 0;
        while (sent < count)
        {
            int taken = _writer.TrySendFile(ref _socket, file, offset + sent, Math.Min(count - sent, FileTurn));
            if (taken == 0) break;
            if (taken < 0)
            {
                await WaitForRoomAsync().ConfigureAwait(false);
                turn = 0;
                continue;
            }

            sent += taken;
            turn += taken;
            if (turn < FileTurn || sent == count || !_socket.Seat.IsMine) continue;
            turn = 0;
            await LetOthersGoFirstAsync().ConfigureAwait(false);
        }

        return sent;
    }

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void SetLength(long value) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _reader.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _reader.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _reader.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token) => _writer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _writer.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _writer.OnCompleted(continuation, state, token, flags);

    /// <summary>Closes the descriptor. Only the connection's loop may call this; other threads call <see cref="End"/>.</summary>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing || !_socket.BeginRelease()) return;

        End();
        _socket.Release();
    }

    private void CancelRead() => _reader.Cancel(wait: null);

    private ValueTask WaitForRoomAsync() =>
        _writer.TryWaitForRoom(ref _socket, ReadOnlyMemory<byte>.Empty, out short version)
            ? new ValueTask(this, version)
            : default;

    // Waits as if the socket were full, until all events at hand have been served.
    private ValueTask LetOthersGoFirstAsync()
    {
        if (!_writer.TryWaitForTurn(out short version)) return default;
        _socket.Seat.TellAgain(this);
        return new ValueTask(this, version);
    }
}
