using System.Threading.Channels;

namespace Pwb.Fuzz.Running;

/// <summary>
/// One end of a connection in memory. Writers wait for readers, as over a network. It notes when its owner reads twice, or writes
/// twice, at once.
/// </summary>
internal sealed class MemoryEnd : AsyncStream
{
    private readonly Channel<byte[]> _from;
    private readonly Channel<byte[]> _to;
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReadOnlyMemory<byte> _arrived;
    private int _readers;
    private int _writers;

    private MemoryEnd(Channel<byte[]> from, Channel<byte[]> to)
    {
        _from = from;
        _to = to;
    }

    /// <summary>Completes when the owner has disposed of it.</summary>
    public Task Disposed => _disposed.Task;

    /// <summary>What the owner did that no stream allows; null when nothing.</summary>
    public string? Misuse { get; private set; }

    /// <param name="segments">How many writes may be on their way, in each direction.</param>
    public static (MemoryEnd Client, MemoryEnd Server) CreatePair(int segments)
    {
        Channel<byte[]> requests = Channel.CreateBounded<byte[]>(segments), responses = Channel.CreateBounded<byte[]>(segments);
        return (new MemoryEnd(responses, requests), new MemoryEnd(requests, responses));
    }

    /// <summary>Sends FIN: the other end reads an end behind what was written.</summary>
    public void EndSending() => _to.Writer.TryComplete();

    /// <summary>The other end reads an error behind what was written.</summary>
    public void Reset() => _to.Writer.TryComplete(new IOException("reset"));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Increment(ref _readers) > 1) Misuse = "two reads at once";
        try
        {
            while (_arrived.IsEmpty)
            {
                if (_from.Reader.TryRead(out byte[]? next)) _arrived = next;
                else if (!await _from.Reader.WaitToReadAsync(cancellationToken)) return 0;
            }

            int count = Math.Min(buffer.Length, _arrived.Length);
            _arrived[..count].CopyTo(buffer);
            _arrived = _arrived[count..];
            return count;
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Increment(ref _writers) > 1) Misuse = "two writes at once";
        try
        {
            if (!buffer.IsEmpty) await _to.Writer.WriteAsync(buffer.ToArray(), cancellationToken);
        }
        catch (ChannelClosedException exception)
        {
            throw new IOException("The other end is gone.", exception);
        }
        finally
        {
            Interlocked.Decrement(ref _writers);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _to.Writer.TryComplete();
        _from.Writer.TryComplete(new IOException("closed"));
        _disposed.TrySetResult();
        base.Dispose(disposing);
    }
}
