using System.Buffers;

namespace Pwb.Events;

/// <summary>
/// The content of an event stream: each item as it comes, and a comment when none comes for long. One loop writes both,
/// since a body writes one thing at a time. It ends with its items, with the client and when the server begins to stop, and
/// then in good order.
/// </summary>
/// <param name="items">The items. Enumerated once for each response, with a token that is cancelled when the stream is to
/// end.</param>
/// <param name="format">Writes the data of an item, as UTF-8.</param>
/// <param name="heartbeat">The greatest silence.</param>
/// <param name="clock">The server's clock.</param>
/// <param name="stopping">Cancelled when the server begins to stop.</param>
internal sealed class EventStreamBody<T>(
    IAsyncEnumerable<SseItem<T>> items,
    Action<T, IBufferWriter<byte>> format,
    TimeSpan heartbeat,
    TimeProvider clock,
    CancellationToken stopping) : ResponseBody
{
    public override long? Length => null;

    /// <summary>
    /// The time that a source gets to end after its token is cancelled. Then the stream ends without it, and the source cleans up
    /// by itself.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(100);

    public override async ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken)
    {
        // The head: the client's stream is open before the first item.
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        Silence silence = new(output, heartbeat, clock, cancellationToken, ending.Token);
        EventBuffer<T> buffer = new(format);
        IAsyncEnumerator<SseItem<T>> source = items.GetAsyncEnumerator(ending.Token);
        Task<bool>? left = null;
        try
        {
            while (!ending.IsCancellationRequested)
            {
                left = source.MoveNextAsync().AsTask();
                await silence.KeepUntilAsync(left).ConfigureAwait(false);
                if (!left.IsCompleted)
                    await Task.WhenAny(left, Task.Delay(Patience, CancellationToken.None)).ConfigureAwait(false);
                if (!left.IsCompleted) return;

                Task<bool> moved = left;
                left = null;
                if (!await moved.ConfigureAwait(false)) return;
                await output.WriteAsync(buffer.Render(source.Current), cancellationToken).ConfigureAwait(false);
                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
                silence.Broken();
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The source ends as it was told to.
        }
        finally
        {
            if (left is null) await source.DisposeAsync().ConfigureAwait(false);
            else _ = DisposeLaterAsync(source, left);
            await ending.CancelAsync().ConfigureAwait(false); // the silence's timer
        }
    }

    // A source at work cannot be disposed of. Its exceptions are ignored now.
    private static async Task DisposeLaterAsync(IAsyncEnumerator<SseItem<T>> source, Task left)
    {
        await left.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await source.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The response has been sent without it.
        }
    }
}
