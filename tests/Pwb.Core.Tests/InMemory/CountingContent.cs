using System.Net;

namespace Pwb.Tests.InMemory;

/// <summary>Content of a request that counts how much of it was taken.</summary>
internal sealed class CountingContent(long length, TaskCompletionSource? stall = null) : HttpContent
{
    private long _taken;

    public long Taken => Interlocked.Read(ref _taken);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        byte[] piece = new byte[10_000];
        for (long left = length; left > 0; left -= piece.Length)
        {
            await stream.WriteAsync(piece.AsMemory(0, (int)Math.Min(left, piece.Length)));
            Interlocked.Add(ref _taken, Math.Min(left, piece.Length));
            if (stall is not null) await stall.Task;
        }
    }

    protected override bool TryComputeLength(out long computed)
    {
        computed = length;
        return true;
    }
}
