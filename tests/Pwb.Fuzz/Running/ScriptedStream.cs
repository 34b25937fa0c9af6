using System.Threading.Tasks.Sources;

namespace Pwb.Fuzz.Running;

/// <summary>
/// A connection in memory: gives the input piece by piece and then a FIN, keeps what is written, and notes misuse. A read
/// that has to wait really suspends the server, until the next piece is told to arrive.
/// </summary>
internal sealed class ScriptedStream : AsyncStream, IValueTaskSource<int>
{
    private const int MaxReadsAfterEnd = 32;

    private readonly byte[] _input;
    private readonly Segmentation _segmentation;
    private readonly MemoryStream _output = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _readInto;
    private bool _isReadPending;
    private volatile bool _isSuspended;
    private int _position;
    private int _arrived;
    private bool _hasEndArrived;
    private int _readsAfterEnd;

    public ScriptedStream(byte[] input, Segmentation segmentation)
    {
        _input = input;
        _segmentation = segmentation;
    }

    public byte[] Output => _output.ToArray();

    /// <summary>Where in the input the server waited for more, and how much it had sent by then.</summary>
    public List<(int Position, int Sent)> Waits { get; } = [];

    public int Disposals { get; private set; }

    /// <summary>What the server did that no peer deserves; null when nothing.</summary>
    public string? Misuse { get; private set; }

    /// <summary>Completes when the server waits for the first time: nothing has arrived before that.</summary>
    public Task Started => _started.Task;

    /// <summary>Whether the server waits for a piece to arrive, and has nothing else to do.</summary>
    public bool IsSuspended => _isSuspended;

    /// <summary>
    /// The next piece arrives, or the FIN after the last one. The server runs on inside of this call until it waits again.
    /// </summary>
    public void Arrive()
    {
        Waits.Add((_position, (int)_output.Length));
        _hasEndArrived = _segmentation == Segmentation.Whole || _arrived == _input.Length;
        if (_arrived < _input.Length)
            _arrived = _segmentation.EndOfPiece(_arrived, _input.Length);

        _isReadPending = false;
        _isSuspended = false;
        _read.SetResult(TakeArrived(_readInto));
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        CheckUse("read");
        if (_isReadPending)
            throw Misused("two reads at once");
        if (_hasEndArrived && _position == _input.Length && !buffer.IsEmpty && ++_readsAfterEnd > MaxReadsAfterEnd)
            throw Misused("reads for ever after the end");
        if (_position < _arrived || _hasEndArrived)
            return new ValueTask<int>(TakeArrived(buffer));

        _readInto = buffer;
        _read.Reset();
        _isReadPending = true;
        return new ValueTask<int>(this, _read.Version);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        CheckUse("write");
        _output.Write(buffer.Span);
        return default;
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        CheckUse("flush");
        return Task.CompletedTask;
    }

    public override void Flush() => throw Misused("blocks in Flush");

    public override int Read(byte[] buffer, int offset, int count) => throw Misused("blocks in Read");

    public override void Write(byte[] buffer, int offset, int count) => throw Misused("blocks in Write");

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _read.OnCompleted(continuation, state, token, flags);
        _isSuspended = true;
        _started.TrySetResult();
    }

    protected override void Dispose(bool disposing)
    {
        Disposals++;
        base.Dispose(disposing);
    }

    private int TakeArrived(Memory<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _arrived - _position);
        _input.AsMemory(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    private void CheckUse(string what)
    {
        if (Disposals > 0)
            throw Misused($"{what} after dispose");
    }

    private InvalidOperationException Misused(string how)
    {
        Misuse ??= how;
        return new InvalidOperationException(how);
    }
}
