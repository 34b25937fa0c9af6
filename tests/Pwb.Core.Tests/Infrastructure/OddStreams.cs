namespace Pwb.Tests.Infrastructure;

/// <summary>At its end from the start, and it throws when it is closed.</summary>
internal sealed class UnclosableStream : OddStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(0);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        throw new IOException("cannot be closed");
    }
}

/// <summary>Sends requests as fast as they are read, as long as it is told to.</summary>
internal sealed class EndlessStream(Func<bool> hasMore) : OddStream
{
    private static readonly byte[] Request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!hasMore() || buffer.IsEmpty) return new ValueTask<int>(0);

        Request.CopyTo(buffer);
        return new ValueTask<int>(Request.Length);
    }
}

/// <summary>Gives as much as is asked for, and counts how often it was asked.</summary>
internal sealed class CountingStream(byte[] content) : OddStream
{
    private int _position;

    public int Reads { get; private set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Reads++;
        int count = Math.Min(buffer.Length, content.Length - _position);
        content.AsMemory(_position, count).CopyTo(buffer);
        _position += count;
        return new ValueTask<int>(count);
    }
}
