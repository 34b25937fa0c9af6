using System.Threading.Tasks.Sources;
using Pwb.Platform;

namespace Pwb.Epoll;

/// <summary>
/// The reading direction of a socket. A field of <see cref="EpollStream"/>, never copied. Callers wait for the stream, so each
/// call that may begin a wait takes the stream as an argument.
/// </summary>
internal struct EpollReader
{
    private Readiness _readiness;
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _destination;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;

    /// <summary>Whether a read is waiting. For any thread.</summary>
    public readonly bool IsAwaited => _readiness.IsAwaited;

    /// <summary>Reads the bytes that have arrived, or waits for some. An empty buffer waits without reading.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="stream">The stream that has this field.</param>
    /// <param name="cancel">A function that has the stream call <see cref="Cancel"/>.</param>
    /// <param name="buffer">The memory that takes the bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<int> ReadAsync(
        ref SeatedSocket socket, IValueTaskSource<int> stream, Action<object?> cancel, Memory<byte> buffer,
        CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        try
        {
            while (true)
            {
                socket.ThrowIfEnded();
                if (_readiness.BeginTry() && TryReceive(ref socket, buffer.Span) is >= 0 and int count)
                    return new ValueTask<int>(count);

                socket.Register(SeatedSocket.ReadEvents);
                _read.Reset();
                short version = _read.Version;
                _destination = buffer;
                _token = cancellationToken;
                _registration = cancellationToken.UnsafeRegister(cancel, stream);
                if (_readiness.TryWait(out int wait))
                {
                    // A cancellation before TryWait has found no wait to end.
                    if (cancellationToken.IsCancellationRequested) Cancel(wait);
                    return new ValueTask<int>(stream, version);
                }

                EndWait();
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return ValueTask.FromException<int>(exception);
        }
    }

    /// <summary>Marks the socket as not readable: an event has brought nothing to read.</summary>
    public void Forget() => _readiness.BeginTry();

    /// <summary>Takes note of events.</summary>
    /// <returns>Whether they have ended a wait. The caller then calls <see cref="GoOn"/>.</returns>
    public bool Signal(uint events) =>
        (events & (LinuxEpoll.Readable | SeatedSocket.UnevenEvents)) != 0 && _readiness.Signal();

    /// <summary>Continues a read after an event has ended its wait.</summary>
    public void GoOn(ref SeatedSocket socket, bool isInline)
    {
        try
        {
            if (_destination.IsEmpty)
            {
                Complete(0, isInline);
                return;
            }

            while (_readiness.BeginTry())
            {
                int count = TryReceive(ref socket, _destination.Span);
                if (count >= 0)
                {
                    Complete(count, isInline);
                    return;
                }

                CancellationToken token = _token;
                if (!_readiness.TryWait(out int wait)) continue;
                if (token.IsCancellationRequested) Cancel(wait);
                return;
            }

            Fail(SeatedSocket.Gone(), isInline);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            Fail(exception, isInline);
        }
    }

    /// <summary>Ends a wait as cancelled.</summary>
    /// <param name="wait">The number of the wait; null for any.</param>
    public void Cancel(int? wait)
    {
        if (!_readiness.TryCancel(wait)) return;
        Fail(new OperationCanceledException(_token), isInline: false);
    }

    /// <summary>Closes the direction for good.</summary>
    /// <returns>Whether this has ended a wait. The caller then calls <see cref="Fail"/>.</returns>
    public bool Close() => _readiness.Close();

    public void Fail(Exception exception, bool isInline)
    {
        EndWait();
        _read.Settle(0, exception, isInline);
    }

    /// <inheritdoc cref="IValueTaskSource{TResult}.GetResult"/>
    public int GetResult(short token) => _read.GetResult(token);

    /// <inheritdoc cref="IValueTaskSource{TResult}.GetStatus"/>
    public ValueTaskSourceStatus GetStatus(short token) => _read.GetStatus(token);

    /// <inheritdoc cref="IValueTaskSource{TResult}.OnCompleted"/>
    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    /// <summary>Tries to receive. Marks reading as ready again where more may be there.</summary>
    /// <returns>The number of bytes; -1 if none has arrived.</returns>
    private int TryReceive(ref SeatedSocket socket, Span<byte> destination)
    {
        Span<byte> first = stackalloc byte[1];
        bool isForNothing = destination.IsEmpty;
        int count = isForNothing
            ? LinuxStreams.PeekAt(socket.Handle, first)
            : LinuxStreams.Receive(socket.Handle, destination);
        if (count < 0)
        {
            if (!LinuxStreams.WouldWait()) throw socket.Failure("recv");
            return -1;
        }

        if (count == 0 && socket.HasEnded) throw SeatedSocket.Gone();
        if (isForNothing || socket.IsUneven || count == 0 || count == destination.Length) _readiness.Keep();
        return isForNothing ? 0 : count;
    }

    private void Complete(int count, bool isInline)
    {
        EndWait();
        _read.Settle(count, failure: null, isInline);
    }

    // Disposing of the registration keeps a late cancellation away from the next wait.
    private void EndWait()
    {
        _registration.Dispose();
        _registration = default;
        _token = default;
        _destination = default;
    }
}
