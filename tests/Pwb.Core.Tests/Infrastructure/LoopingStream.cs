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

    /// <summary>Has so many requests answered.</summary>
    public Task RunAsync(int requests)
    {
        lock (_gate)
        {
            _left = requests;
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
            if (_isEnded) return new ValueTask<int>(0);
            if (_left > 0) return new ValueTask<int>(Take(buffer));

            _done?.TrySetResult();
            _read.Reset();
            _waiting = buffer;
            _isWaiting = true;
            return new ValueTask<int>(this, _read.Version);
        }
    }

    public int GetResult(short token) => _read.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _read.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    private void Deliver()
    {
        if (!_isWaiting) return;

        _isWaiting = false;
        _read.SetResult(_isEnded ? 0 : Take(_waiting));
    }

    // A read of nothing only says that there is something.
    private int Take(Memory<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;

        _left--;
        request.CopyTo(buffer);
        return request.Length;
    }
}
