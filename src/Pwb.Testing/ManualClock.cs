namespace Pwb;

/// <summary>
/// A clock that stands still until a test moves it, and that tells who waits for it. For a <see cref="FakeService"/>, and for all
/// other code with a <see cref="TimeProvider"/>.
/// </summary>
/// <example><code>
/// ManualClock clock = new();
/// Task waiting = Task.Delay(TimeSpan.FromSeconds(2), clock);
/// await clock.WaitForTimerAsync(TimeSpan.FromSeconds(2)); // somebody waits
/// clock.Advance(TimeSpan.FromSeconds(2));
/// await waiting;
/// </code></example>
public sealed class ManualClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _ticks;

    /// <summary>Makes a clock.</summary>
    /// <param name="start">The time that it shows. Default: the beginning of 2026, UTC.</param>
    public ManualClock(DateTimeOffset? start = null) =>
        _ticks = (start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).UtcTicks;

    /// <summary>10,000,000.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_lock) return _ticks;
    }

    /// <summary>Moves the clock, and runs the timers that are due then, the earliest first, on this thread.</summary>
    /// <param name="by">The time to move, not negative.</param>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long until;
        lock (_lock) until = _ticks += by.Ticks;
        while (TakeDue(until) is { } timer) timer.Fire();
    }

    /// <summary>Completes when code waits on this clock for that time; at once if some does already.</summary>
    /// <param name="length">The length for which the timer was set, to the tick.</param>
    /// <param name="within">The greatest wait of this method, in real time. Default 10 s.</param>
    /// <exception cref="TimeoutException">No code waits for that time; the message lists the waits.</exception>
    public async Task WaitForTimerAsync(TimeSpan length, TimeSpan? within = null)
    {
        using CancellationTokenSource patience = new(within ?? TimeSpan.FromSeconds(10));
        while (true)
        {
            Task change;
            lock (_lock)
            {
                if (_timers.Exists(timer => timer.IsSet && timer.Length == length)) return;
                change = _change.Task;
            }

            try
            {
                await change.WaitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException exception)
            {
                throw new TimeoutException($"Nobody waits for {length}. {ListTimers()}", exception);
            }
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ManualTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private string ListTimers()
    {
        lock (_lock)
        {
            string[] lengths = [.. _timers.Where(timer => timer.IsSet).Select(timer => timer.Length.ToString())];
            return lengths.Length == 0 ? "Nobody waits on this clock." : $"Waited for: {string.Join(", ", lengths)}.";
        }
    }

    private ManualTimer? TakeDue(long until)
    {
        lock (_lock)
        {
            ManualTimer? first = _timers.Where(timer => timer.Due <= until).MinBy(timer => timer.Due);
            first?.Taken(until);
            return first;
        }
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public long Due { get; private set; } = long.MaxValue;

        public TimeSpan Length { get; private set; }

        public bool IsSet => Due != long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool isDue;
            lock (clock._lock)
            {
                Length = dueTime;
                _period = period;
                Due = dueTime < TimeSpan.Zero ? long.MaxValue : clock._ticks + dueTime.Ticks;
                clock._timers.Remove(this);
                if (IsSet) clock._timers.Add(this);
                isDue = IsSet && dueTime == TimeSpan.Zero;
                clock._change.SetResult();
                clock._change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            if (isDue) ThreadPool.UnsafeQueueUserWorkItem(static owner => owner.Advance(TimeSpan.Zero), clock, false);
            return true;
        }

        public void Taken(long now)
        {
            if (_period > TimeSpan.Zero)
            {
                Due = now + _period.Ticks;
                return;
            }

            Due = long.MaxValue;
            clock._timers.Remove(this);
        }

        public void Fire() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
