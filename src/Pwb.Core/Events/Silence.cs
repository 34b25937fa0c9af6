namespace Pwb.Events;

/// <summary>
/// Keeps an event stream from being silent for too long: mobile networks and proxies drop idle connections, and a client
/// that vanished is only found out by a write. It has one timer, however many items come.
/// </summary>
/// <param name="output">Where comments go.</param>
/// <param name="heartbeat">The greatest silence.</param>
/// <param name="clock">The clock that it is measured by.</param>
/// <param name="writing">The token of the response's writes.</param>
/// <param name="ending">Cancelled when the stream is to end.</param>
internal sealed class Silence(
    Stream output, TimeSpan heartbeat, TimeProvider clock, CancellationToken writing, CancellationToken ending)
{
    private static readonly byte[] Comment = ":\n\n"u8.ToArray();

    private Task? _timer;
    private long _since = clock.GetTimestamp();

    /// <summary>Something was written.</summary>
    public void Broken() => _since = clock.GetTimestamp();

    /// <summary>Writes a comment whenever there was silence for long, until a task completes or the stream is to end.</summary>
    public async ValueTask KeepUntilAsync(Task next)
    {
        while (!next.IsCompleted && !ending.IsCancellationRequested)
        {
            _timer ??= Task.Delay(heartbeat, clock, ending);
            await Task.WhenAny(next, _timer).ConfigureAwait(false);
            if (!_timer.IsCompletedSuccessfully) continue;

            TimeSpan rest = heartbeat - clock.GetElapsedTime(_since);
            if (rest <= TimeSpan.Zero)
            {
                await output.WriteAsync(Comment, writing).ConfigureAwait(false);
                await output.FlushAsync(writing).ConfigureAwait(false);
                Broken();
                rest = heartbeat;
            }

            _timer = Task.Delay(rest, clock, ending);
        }
    }
}
