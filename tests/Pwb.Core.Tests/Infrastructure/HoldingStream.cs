namespace Pwb.Tests.Infrastructure;

/// <summary>
/// A stream whose operations outlive it: reads give a request and then nothing until they are let go; writes wait until they are
/// let go. To dispose of it ends neither.
/// </summary>
internal sealed class HoldingStream(byte[] request) : OddStream
{
    private readonly TaskCompletionSource<int> _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _writing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _position;

    /// <summary>Of the last read that waits.</summary>
    public Memory<byte> ReadMemory { get; private set; }

    /// <summary>Of the first write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory { get; private set; }

    public Task Disposed => _disposed.Task;

    public void LetReadsGo(int count) => _reading.TrySetResult(count);

    public void LetWritesGo() => _writing.TrySetResult();

    public void LetWritesFail(Exception exception) => _writing.TrySetException(exception);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = Math.Min(buffer.Length, request.Length - _position);
        if (count == 0 && (_position < request.Length || buffer.IsEmpty)) return 0;
        if (count == 0)
        {
            ReadMemory = buffer;
            return await _reading.Task;
        }

        request.AsMemory(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (WrittenMemory.IsEmpty) WrittenMemory = buffer;
        return new ValueTask(_writing.Task);
    }

    protected override void Dispose(bool disposing)
    {
        _disposed.TrySetResult();
        base.Dispose(disposing);
    }
}
