using System.Threading.Tasks.Sources;
using Microsoft.Win32.SafeHandles;
using Pwb.Platform;

namespace Pwb.Epoll;

/// <summary>
/// The writing direction of a socket. A field of <see cref="EpollStream"/>, never copied. Callers wait for the stream, so each
/// call that may begin a wait takes the stream as an argument.
/// </summary>
internal struct EpollWriter
{
    private Readiness _readiness;
    private ManualResetValueTaskSourceCore<bool> _written;
    private ReadOnlyMemory<byte> _source;

    /// <summary>Writes all bytes, and waits for room where there is none.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="stream">The stream that has this field.</param>
    /// <param name="buffer">The bytes.</param>
    /// <param name="isFollowed">Whether more is sent at once, so that the bytes may share a packet with it.</param>
    public ValueTask WriteAsync(
        ref SeatedSocket socket, IValueTaskSource stream, ReadOnlyMemory<byte> buffer, bool isFollowed)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                socket.ThrowIfEnded();
                if (_readiness.BeginTry())
                {
                    buffer = buffer[TrySend(ref socket, buffer.Span, isFollowed)..];
                    if (buffer.IsEmpty) break;
                }

                if (TryWaitForRoom(ref socket, buffer, out short version)) return new ValueTask(stream, version);
            }

            return default;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return ValueTask.FromException(exception);
        }
    }

    /// <summary>Tries to send part of a file.</summary>
    /// <returns>The number of bytes sent; 0 at the end of the file; -1 if there is no room.</returns>
    public int TrySendFile(ref SeatedSocket socket, SafeFileHandle file, long offset, int count)
    {
        while (true)
        {
            socket.ThrowIfEnded();
            if (!_readiness.BeginTry()) return -1;

            int sent = LinuxStreams.SendFile(socket.Handle, file, offset, count);
            if (sent < 0 && !LinuxStreams.WouldWait()) throw socket.Failure("sendfile");
            if (sent < 0) continue;

            _readiness.Keep();
            return sent;
        }
    }

    /// <summary>Begins to wait for room. The rest is sent when there is some.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="rest">The bytes left to send; may be empty.</param>
    /// <param name="version">The number of the wait.</param>
    /// <returns>False if there is room already, or the connection has ended.</returns>
    public bool TryWaitForRoom(ref SeatedSocket socket, ReadOnlyMemory<byte> rest, out short version)
    {
        socket.Register(LinuxEpoll.Writable);
        return TryWait(rest, out version);
    }

    /// <summary>Begins to wait as if the socket were full. <see cref="Seat.TellAgain"/> ends the wait.</summary>
    /// <returns>False if there is no need to wait, or the connection has ended.</returns>
    public bool TryWaitForTurn(out short version)
    {
        version = 0;
        return _readiness.BeginTry() && TryWait(ReadOnlyMemory<byte>.Empty, out version);
    }

    /// <summary>Takes note of events.</summary>
    /// <returns>Whether they have ended a wait. The caller then calls <see cref="GoOn"/>.</returns>
    public bool Signal(uint events) =>
        (events & (LinuxEpoll.Writable | LinuxEpoll.HungUp | LinuxEpoll.Error)) != 0 && _readiness.Signal();

    /// <summary>Continues a write after an event has ended its wait.</summary>
    public void GoOn(ref SeatedSocket socket, bool isInline)
    {
        try
        {
            if (_source.IsEmpty)
            {
                Complete(isInline);
                return;
            }

            while (_readiness.BeginTry())
            {
                _source = _source[TrySend(ref socket, _source.Span, isFollowed: false)..];
                if (_source.IsEmpty)
                {
                    Complete(isInline);
                    return;
                }

                if (_readiness.TryWait(out _)) return;
            }

            Fail(SeatedSocket.Gone(), isInline);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            Fail(exception, isInline);
        }
    }

    /// <summary>Closes the direction for good.</summary>
    /// <returns>Whether this has ended a wait. The caller then calls <see cref="Fail"/>.</returns>
    public bool Close() => _readiness.Close();

    public void Fail(Exception exception, bool isInline)
    {
        _source = default;
        _written.Settle(false, exception, isInline);
    }

    /// <inheritdoc cref="IValueTaskSource.GetResult"/>
    public void GetResult(short token) => _written.GetResult(token);

    /// <inheritdoc cref="IValueTaskSource.GetStatus"/>
    public ValueTaskSourceStatus GetStatus(short token) => _written.GetStatus(token);

    /// <inheritdoc cref="IValueTaskSource.OnCompleted"/>
    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _written.OnCompleted(continuation, state, token, flags);

    private bool TryWait(ReadOnlyMemory<byte> rest, out short version)
    {
        _written.Reset();
        version = _written.Version;
        _source = rest;
        return _readiness.TryWait(out _);
    }

    /// <summary>Tries to send. Marks writing as ready again if there was room for all.</summary>
    /// <returns>The number of bytes that there was room for.</returns>
    private int TrySend(ref SeatedSocket socket, ReadOnlySpan<byte> bytes, bool isFollowed)
    {
        int count = LinuxStreams.Send(socket.Handle, bytes, isFollowed);
        if (count < 0 && !LinuxStreams.WouldWait()) throw socket.Failure("send");
        if (count == bytes.Length) _readiness.Keep();
        return Math.Max(count, 0);
    }

    private void Complete(bool isInline)
    {
        _source = default;
        _written.Settle(true, failure: null, isInline);
    }
}
