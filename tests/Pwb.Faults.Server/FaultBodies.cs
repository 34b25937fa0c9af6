using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Pwb.Faults.Server;

/// <summary>Bodies that are large, endless or broken. None holds more than one small buffer.</summary>
internal static class FaultBodies
{
    private const int BrokenLength = 1_000_000;

    private static readonly byte[] Block = [.. Enumerable.Repeat((byte)'x', 32 * 1024)];

    public static ResponseBody Sized(int length) =>
        ResponseBody.Push((output, token) => WriteAsync(output, length, token), length);

    public static ResponseBody Chunked(int length) => ResponseBody.Push((output, token) => WriteAsync(output, length, token));

    /// <summary>Says a million bytes, and fails after half of them.</summary>
    public static ResponseBody BrokenSized() => ResponseBody.Push(WriteHalfAsync, BrokenLength);

    public static ResponseBody BrokenChunked() => ResponseBody.Push(WriteHalfAsync);

    /// <summary>A line every tenth of a second, for ever.</summary>
    public static ResponseBody Ticks() => ResponseBody.Push(async (output, token) =>
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
        do
        {
            await output.WriteAsync("tick\n"u8.ToArray(), token);
            await output.FlushAsync(token);
        }
        while (await timer.WaitForNextTickAsync(token));
    });

    /// <summary>One line, and then nothing: an event stream without events.</summary>
    public static ResponseBody OneTickThenWait(FaultCounters counters) => ResponseBody.Push(async (output, token) =>
    {
        using (counters.Wait(token))
        {
            await output.WriteAsync("tick\n"u8.ToArray(), token);
            await output.FlushAsync(token);
            await Task.Delay(Timeout.Infinite, token);
        }
    });

    /// <summary>A source of events that has none, and ends when it is told to.</summary>
    public static async IAsyncEnumerable<SseItem<string>> NoEvents(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        yield break;
    }

    private static async ValueTask WriteHalfAsync(Stream output, CancellationToken cancellationToken)
    {
        await WriteAsync(output, BrokenLength / 2, cancellationToken);
        throw new InvalidOperationException("the secret of the body");
    }

    private static async ValueTask WriteAsync(Stream output, int length, CancellationToken cancellationToken)
    {
        for (int left = length; left > 0; left -= Math.Min(left, Block.Length))
        {
            await output.WriteAsync(Block.AsMemory(0, Math.Min(left, Block.Length)), cancellationToken);
        }
    }
}
