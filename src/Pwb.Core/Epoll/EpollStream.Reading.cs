using System.Threading.Tasks.Sources;
using Pwb.Platform;

namespace Pwb.Epoll;

/// <summary>How a socket is read.</summary>
internal sealed partial class EpollStream : IValueTaskSource<int>
{
    private Readiness _reading;
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _destination;
    private CancellationToken _readToken;
    private CancellationTokenRegistration _readRegistration;

    /// <summary>Reads what there is. An empty buffer just waits for something to read.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        try
        {
            while (true)
            {
                ThrowIfEnded();
                if (_reading.BeginTry() && TryReceive(buffer.Span) is >= 0 and int count) return new ValueTask<int>(count);

                Register(ReadEvents);
                _read.Reset();
                short version = _read.Version;
                _destination = buffer;
                _readToken = cancellationToken;
                _readRegistration = cancellationToken.UnsafeRegister(
                    static stream => ((EpollStream)stream!).CancelRead(wait: null), this);
                if (_reading.TryWait(out int wait))
                {
                    // Whoever cancelled before that has not found anybody who waits.
                    if (cancellationToken.IsCancellationRequested) CancelRead(wait);
                    return new ValueTask<int>(this, version);
                }

                EndRead();
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return ValueTask.FromException<int>(exception);
        }
    }

    /// <summary>Whether bytes have arrived that nobody has read.</summary>
    public bool HasUnreadData
    {
        get
        {
            Span<byte> first = stackalloc byte[1];
            return LinuxStreams.PeekAt(_socket, first) > 0;
        }
    }

    /// <summary>The first byte that arrives, which stays unread.</summary>
    /// <returns>-1 at the end.</returns>
    public async ValueTask<int> PeekAsync(CancellationToken cancellationToken)
    {
        byte[] first = new byte[1];
        while (true)
        {
            await ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
            int count = LinuxStreams.PeekAt(_socket, first);
            if (count > 0) return first[0];
            if (count == 0) return -1;
            if (!LinuxStreams.WouldWait()) throw Failure("recv");
            _reading.BeginTry(); // an event for nothing
        }
    }

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    /// <summary>Tries to receive. Reading is not ready then, unless it is known to be.</summary>
    /// <returns>-1 if there is nothing.</returns>
    private int TryReceive(Span<byte> destination)
    {
        Span<byte> first = stackalloc byte[1];
        bool isForNothing = destination.IsEmpty;
        int count = isForNothing ? LinuxStreams.PeekAt(_socket, first) : LinuxStreams.Receive(_socket, destination);
        if (count < 0)
        {
            if (!LinuxStreams.WouldWait()) throw Failure("recv");
            return -1;
        }

        if (count == 0 && _hasEnded) throw Gone();
        if (isForNothing || _isUneven || count == 0 || count == destination.Length) _reading.Keep();
        return isForNothing ? 0 : count;
    }

    // An event has ended the wait.
    private void GoOnReading(bool isInline)
    {
        try
        {
            if (_destination.IsEmpty)
            {
                CompleteRead(0, isInline);
                return;
            }

            while (_reading.BeginTry())
            {
                int count = TryReceive(_destination.Span);
                if (count >= 0)
                {
                    CompleteRead(count, isInline);
                    return;
                }

                CancellationToken token = _readToken;
                if (!_reading.TryWait(out int wait)) continue;
                if (token.IsCancellationRequested) CancelRead(wait);
                return;
            }

            FailRead(Gone(), isInline);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            FailRead(exception, isInline);
        }
    }

    private void CancelRead(int? wait)
    {
        if (!_reading.TryCancel(wait)) return;
        FailRead(new OperationCanceledException(_readToken), isInline: false);
    }

    private void CompleteRead(int count, bool isInline)
    {
        EndRead();
        Settle(ref _read, count, failure: null, isInline);
    }

    private void FailRead(Exception exception, bool isInline = false)
    {
        EndRead();
        Settle(ref _read, 0, exception, isInline);
    }

    // Nobody who cancels late finds the next wait.
    private void EndRead()
    {
        _readRegistration.Dispose();
        _readRegistration = default;
        _readToken = default;
        _destination = default;
    }
}
