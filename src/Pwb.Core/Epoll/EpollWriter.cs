using System.Threading.Tasks.Sources;
using Microsoft.Win32.SafeHandles;
using Pwb.Platform;

namespace Pwb.Epoll;

/// <summary>
/// How a socket is written to. A part of the stream's object, and never copied. It is the stream that others wait for, so that
/// has to come with each call that may begin a wait.
/// </summary>
internal struct EpollWriter
{
    private Readiness _readiness;
    private ManualResetValueTaskSourceCore<bool> _written;
    private ReadOnlyMemory<byte> _source;

    /// <summary>Writes all of it.</summary>
    /// <param name="socket">Where to.</param>
    /// <param name="stream">Who is waited for, which is whoever has this.</param>
    /// <param name="buffer">What.</param>
    /// <param name="isFollowed">Whether more comes at once, with which it may share a packet.</param>
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
    /// <returns>How many bytes there was room for; 0 if the file has no more; -1 if there is no room.</returns>
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

    /// <summary>Waits until there is room again, and sends the rest then.</summary>
    /// <param name="socket">Where to.</param>
    /// <param name="rest">What; it may be nothing.</param>
    /// <param name="version">The number of the wait.</param>
    /// <returns>False if there is room already, or the connection has ended.</returns>
    public bool TryWaitForRoom(ref SeatedSocket socket, ReadOnlyMemory<byte> rest, out short version)
    {
        socket.Register(LinuxEpoll.Writable);
        return TryWait(rest, out version);
    }

    /// <summary>Waits as if the socket were full, until the seat is told to tell again.</summary>
    /// <returns>False if there is no need, or the connection has ended.</returns>
    public bool TryWaitForTurn(out short version)
    {
        version = 0;
        return _readiness.BeginTry() && TryWait(ReadOnlyMemory<byte>.Empty, out version);
    }

    /// <summary>Events have come.</summary>
    /// <returns>Whether they have ended a wait, and <see cref="GoOn"/> is due.</returns>
    public bool Signal(uint events) =>
        (events & (LinuxEpoll.Writable | LinuxEpoll.HungUp | LinuxEpoll.Error)) != 0 && _readiness.Signal();

    /// <summary>An event has ended the wait.</summary>
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

    /// <summary>Closes it for good.</summary>
    /// <returns>Whether this has ended a wait, and <see cref="Fail"/> is due.</returns>
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

    /// <summary>Tries to send. Writing is not ready then, unless there was room for all.</summary>
    /// <returns>How many bytes there was room for.</returns>
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
