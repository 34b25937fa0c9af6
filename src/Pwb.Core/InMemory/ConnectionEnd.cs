using Pwb.Model;

namespace Pwb.InMemory;

/// <summary>One of the two ends of a connection in memory. One thread may read while another writes.</summary>
/// <param name="incoming">The bytes that the other end writes.</param>
/// <param name="outgoing">The bytes that the other end reads.</param>
/// <param name="closed">Called once, after this end has been closed.</param>
internal sealed class ConnectionEnd(MemoryPipe incoming, MemoryPipe outgoing, Action<ConnectionEnd> closed) : ForwardStream
{
    private bool _isClosed;

    public override bool CanRead => !_isClosed;

    public override bool CanWrite => !_isClosed;

    /// <summary>Whether bytes have arrived that have not been read.</summary>
    public bool HasUnreadData => incoming.HasBytes;

    /// <summary>Whether the other end is closed, so that no written byte will be read.</summary>
    public bool IsOtherClosed => outgoing.IsReaderGone;

    /// <summary>Whether the other end has written everything, and this one has read it.</summary>
    public bool HasOtherEnded => incoming.IsAtEnd;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        while (!incoming.TryRead(buffer.Span, out count, out Task? change))
            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!outgoing.TryWrite(buffer.Span, out int count, out Task? change))
        {
            buffer = buffer[count..];
            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override int Read(Span<byte> buffer)
    {
        int count;
        while (!incoming.TryRead(buffer, out count, out Task? change)) change.Wait();
        return count;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!outgoing.TryWrite(buffer, out int count, out Task? change))
        {
            buffer = buffer[count..];
            change.Wait();
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Tells the other end that nothing more will be written.</summary>
    public void ShutdownSend() => outgoing.EndWriting();

    /// <summary>Closes this end so that the other sees an error and not an end.</summary>
    public void Abort()
    {
        outgoing.Reset();
        Dispose();
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing || Interlocked.Exchange(ref _isClosed, true)) return;

        outgoing.EndWriting();
        incoming.EndReading();
        closed(this);
    }
}
