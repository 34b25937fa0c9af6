namespace Pwb.Http1;

/// <summary>
/// Sends a body's written bytes after some milliseconds of silence, so that nothing waits in a buffer for a writer that waits
/// itself. Writes in quick succession still share a send. The flush runs on the pool and never beside an operation of the body:
/// an operation that finds it at work waits for its end.
/// </summary>
/// <param name="flush">Sends pending bytes; returns false if the body is writing.</param>
/// <param name="time">The clock that measures silence.</param>
internal sealed class QuietFlush(Func<ValueTask<bool>> flush, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(5);

    private ITimer? _timer;
    private int _writes;
    private int _writesSeen;
    private int _isArmed;

    /// <summary>To be called after the body has written something that was not sent.</summary>
    public void Written()
    {
        Volatile.Write(ref _writes, _writes + 1);
        if (Interlocked.Exchange(ref _isArmed, 1) != 0) return;
        _timer ??= Create(); // before it is set: who looks sets it again
        _timer.Change(Silence, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer?.Dispose();

    private ITimer Create()
    {
        // Without the body's AsyncLocals, which do not belong to a timer.
        bool isSuppressed = ExecutionContext.IsFlowSuppressed();
        using (isSuppressed ? default : ExecutionContext.SuppressFlow())
        {
            TimerCallback look = static state => _ = ((QuietFlush)state!).LookAsync();
            return time.CreateTimer(look, this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task LookAsync()
    {
        int writes = Volatile.Read(ref _writes);
        bool isQuiet = writes == _writesSeen;
        _writesSeen = writes;
        try
        {
            if (!isQuiet || !await flush().ConfigureAwait(false))
            {
                Rearm();
                return;
            }
        }
        catch (Exception)
        {
            return; // the body's next write fails as well, and throws
        }

        // A write since then has seen the armed timer.
        Volatile.Write(ref _isArmed, 0);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _writes) != writes && Interlocked.Exchange(ref _isArmed, 1) == 0) Rearm();
    }

    private void Rearm()
    {
        try
        {
            _timer?.Change(Silence, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The response is over.
        }
    }
}
