using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Microsoft.Win32.SafeHandles;
using Pwb.Platform;

namespace Pwb.Epoll;

/// <summary>How a socket is written to.</summary>
internal sealed partial class EpollStream : IValueTaskSource
{
    // After so much of a file, others who are ready have their turn.
    private const int FileTurn = 1024 * 1024;

    private Readiness _writing;
    private ManualResetValueTaskSourceCore<bool> _written;
    private ReadOnlyMemory<byte> _source;

    /// <summary>Writes all of it. The token counts before it has begun; after that only the connection's end ends it.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled(cancellationToken)
            : WriteAsync(buffer, isFollowed: false);

    /// <summary>Sends bytes, and then part of a file without a copy through the process.</summary>
    /// <returns>How many bytes of the file were sent: fewer than asked for if the file is shorter.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> SendFileAsync(ReadOnlyMemory<byte> before, SafeFileHandle file, long offset, int count)
    {
        if (!before.IsEmpty) await WriteAsync(before, isFollowed: true).ConfigureAwait(false);

        int sent = 0, turn = 0;
        while (sent < count)
        {
            ThrowIfEnded();
            if (!_writing.BeginTry())
            {
                await WaitForRoomAsync().ConfigureAwait(false);
                turn = 0;
                continue;
            }

            int taken = LinuxStreams.SendFile(_socket, file, offset + sent, Math.Min(count - sent, FileTurn));
            if (taken == 0) _writing.Keep();
            if (taken == 0) break;
            if (taken < 0 && !LinuxStreams.WouldWait()) throw Failure("sendfile");
            if (taken < 0) continue;

            _writing.Keep();
            sent += taken;
            turn += taken;
            if (turn < FileTurn || sent == count || !_seat.IsMine) continue;
            turn = 0;
            await LetOthersGoFirstAsync().ConfigureAwait(false);
        }

        return sent;
    }

    void IValueTaskSource.GetResult(short token) => _written.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _written.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _written.OnCompleted(continuation, state, token, flags);

    private ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, bool isFollowed)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                ThrowIfEnded();
                if (_writing.BeginTry())
                {
                    buffer = buffer[TrySend(buffer.Span, isFollowed)..];
                    if (buffer.IsEmpty) break;
                }

                if (TryWaitForRoom(buffer) is { } waiting) return waiting;
            }

            return default;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return ValueTask.FromException(exception);
        }
    }

    private ValueTask WaitForRoomAsync() => TryWaitForRoom(ReadOnlyMemory<byte>.Empty) ?? default;

    /// <summary>Waits until there is room again, and sends the rest then.</summary>
    /// <returns>Null if there is room already, or the connection has ended.</returns>
    private ValueTask? TryWaitForRoom(ReadOnlyMemory<byte> rest)
    {
        Register(LinuxEpoll.Writable);
        _written.Reset();
        short version = _written.Version;
        _source = rest;
        return _writing.TryWait(out _) ? new ValueTask(this, version) : null;
    }

    // As if the socket were full, and had room again after everybody else's events.
    private ValueTask LetOthersGoFirstAsync()
    {
        if (!_writing.BeginTry()) return default;
        _written.Reset();
        short version = _written.Version;
        _source = ReadOnlyMemory<byte>.Empty;
        if (!_writing.TryWait(out _)) return default;
        _seat.TellAgain(this);
        return new ValueTask(this, version);
    }

    /// <summary>Tries to send. Writing is not ready then, unless there was room for all.</summary>
    /// <returns>How many bytes there was room for.</returns>
    private int TrySend(ReadOnlySpan<byte> bytes, bool isFollowed)
    {
        int count = LinuxStreams.Send(_socket, bytes, isFollowed);
        if (count < 0 && !LinuxStreams.WouldWait()) throw Failure("send");
        if (count == bytes.Length) _writing.Keep();
        return Math.Max(count, 0);
    }

    // An event has ended the wait.
    private void GoOnWriting(bool isInline)
    {
        try
        {
            if (_source.IsEmpty)
            {
                CompleteWrite(isInline);
                return;
            }

            while (_writing.BeginTry())
            {
                _source = _source[TrySend(_source.Span, isFollowed: false)..];
                if (_source.IsEmpty)
                {
                    CompleteWrite(isInline);
                    return;
                }

                if (_writing.TryWait(out _)) return;
            }

            FailWrite(Gone(), isInline);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            FailWrite(exception, isInline);
        }
    }

    private void CompleteWrite(bool isInline)
    {
        _source = default;
        Settle(ref _written, true, failure: null, isInline);
    }

    private void FailWrite(Exception exception, bool isInline = false)
    {
        _source = default;
        Settle(ref _written, false, exception, isInline);
    }
}
