namespace Pwb.Http1;

/// <summary>
/// Sends what a body has written once it has been silent for some milliseconds, so that nothing waits in a buffer for a writer
/// that waits itself. Writes
/// that follow at once still share a send. It runs on the pool and never beside an operation of the body: who finds it at work
/// waits for its end.
/// </summary>
/// <param name="flush">Sends what is pending; false if the body is at work just now.</param>
/// <param name="time">The clock that tells silence.</param>
internal sealed class QuietFlush(Func<ValueTask<bool>> flush, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(5);

    private ITimer? _timer;
    private int _writes;
    private int _writesSeen;
    private int _isArmed;

    /// <summary>The body has written something that was not sent.</summary>
    public void Written()
    {
        Volatile.Write(ref _writes, _writes + 1);
        if (Interlocked.Exchange(ref _isArmed, 1) != 0) return;
        if (_timer is null) _timer = Create();
        else _timer.Change(Silence, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer?.Dispose();

    private ITimer Create()
    {
        // Without the body's AsyncLocals, which are no business of a timer.
        bool isSuppressed = ExecutionContext.IsFlowSuppressed();
        using (isSuppressed ? default : ExecutionContext.SuppressFlow())
        {
            TimerCallback look = static state => _ = ((QuietFlush)state!).LookAsync();
            return time.CreateTimer(look, this, Silence, Timeout.InfiniteTimeSpan);
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
            return; // the body's next write fails as well, and says so
        }

        // What was written since then has seen the timer armed.
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
