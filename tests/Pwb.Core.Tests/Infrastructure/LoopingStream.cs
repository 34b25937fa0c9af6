using System.Threading.Tasks.Sources;

namespace Pwb.Tests.Infrastructure;

/// <summary>
/// A client that sends the same request again and again, each when the last has been answered, and allocates nothing meanwhile.
/// </summary>
internal sealed class LoopingStream(byte[] request) : OddStream, IValueTaskSource<int>
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<int> _read = new() { RunContinuationsAsynchronously = true };
    private TaskCompletionSource? _done;
    private Memory<byte> _waiting;
    private bool _isWaiting;
    private bool _isEnded;
    private int _left;
    private int _sent; // of the request that is being read
    private int _thread; // of the last operation
    private long _allocatedBefore;

    /// <summary>
    /// What was allocated from one operation to the next on the same thread, since <see cref="RunAsync"/>: what this stream
    /// itself allocates does not count, nor does what others do meanwhile.
    /// </summary>
    public long Allocated { get; private set; }

    /// <summary>Has so many requests answered.</summary>
    public Task RunAsync(int requests)
    {
        lock (_gate)
        {
            (_left, _thread, Allocated) = (requests, 0, 0);
            _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Deliver();
            return _done.Task;
        }
    }

    public void End()
    {
        lock (_gate)
        {
            _isEnded = true;
            Deliver();
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            Count();
            if (_isEnded) return new ValueTask<int>(0);
            if (_left > 0)
            {
                int count = Take(buffer);
                Mark();
                return new ValueTask<int>(count);
            }

            _done?.TrySetResult();
            _read.Reset();
            _waiting = buffer;
            _isWaiting = true;
            return new ValueTask<int>(this, _read.Version);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            Count();
            Mark();
            return default;
        }
    }

    public int GetResult(short token) => _read.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _read.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    protected override void Dispose(bool disposing)
    {
        lock (_gate) _done?.TrySetException(new IOException("The server has ended the connection."));
        base.Dispose(disposing);
    }

    private void Count()
    {
        if (_thread == Environment.CurrentManagedThreadId)
            Allocated += GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore;
        _thread = 0;
    }

    private void Mark()
    {
        _thread = Environment.CurrentManagedThreadId;
        _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
    }

    private void Deliver()
    {
        if (!_isWaiting) return;

        _isWaiting = false;
        _read.SetResult(_isEnded ? 0 : Take(_waiting));
    }

    // A read of nothing only says that there is something; one of a byte looks for the end while a request is being answered.
    private int Take(Memory<byte> buffer)
    {
        int count = Math.Min(buffer.Length, request.Length - _sent);
        request.AsSpan(_sent, count).CopyTo(buffer.Span);
        _sent += count;
        if (_sent < request.Length) return count;

        _sent = 0;
        _left--;
        return count;
    }
}
