using System.Threading.Tasks.Sources;
using Pwb.Platform;

namespace Pwb.Epoll;

/// <summary>
/// How a socket is read. A part of the stream's object, and never copied. It is the stream that others wait for, so that has to
/// come with each call that may begin a wait.
/// </summary>
internal struct EpollReader
{
    private Readiness _readiness;
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _destination;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;

    /// <summary>Whether somebody waits for something to read. For any thread.</summary>
    public readonly bool IsAwaited => _readiness.IsAwaited;

    /// <summary>Reads what there is. An empty buffer just waits for something to read.</summary>
    /// <param name="socket">Where from.</param>
    /// <param name="stream">Who is waited for, which is whoever has this.</param>
    /// <param name="cancel">Has the stream call <see cref="Cancel"/>.</param>
    /// <param name="buffer">Where to.</param>
    /// <param name="cancellationToken">Gives a wait up.</param>
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
                    // Whoever cancelled before that has not found anybody who waits.
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

    /// <summary>An event was for nothing.</summary>
    public void Forget() => _readiness.BeginTry();

    /// <summary>Events have come.</summary>
    /// <returns>Whether they have ended a wait, and <see cref="GoOn"/> is due.</returns>
    public bool Signal(uint events) =>
        (events & (LinuxEpoll.Readable | SeatedSocket.UnevenEvents)) != 0 && _readiness.Signal();

    /// <summary>An event has ended the wait.</summary>
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

    /// <summary>Gives a wait up.</summary>
    /// <param name="wait">Which; null for any.</param>
    public void Cancel(int? wait)
    {
        if (!_readiness.TryCancel(wait)) return;
        Fail(new OperationCanceledException(_token), isInline: false);
    }

    /// <summary>Closes it for good.</summary>
    /// <returns>Whether this has ended a wait, and <see cref="Fail"/> is due.</returns>
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

    /// <summary>Tries to receive. Reading is not ready then, unless it is known to be.</summary>
    /// <returns>-1 if there is nothing.</returns>
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

    // Nobody who cancels late finds the next wait.
    private void EndWait()
    {
        _registration.Dispose();
        _registration = default;
        _token = default;
        _destination = default;
    }
}
