using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Events;

/// <summary>Time that moves only when a test says so, with the timers that wait for it.</summary>
internal sealed class TimerClock : TimeProvider
{
    private readonly List<Timer> _timers = [];
    private readonly Signal _made = new();
    private long _now; // ticks of 100 ns

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => ManualClock.Start.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new(
            this, callback, state, dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : GetTimestamp() + dueTime.Ticks);
        lock (_timers)
        {
            _timers.Add(timer);
            _made.Set();
        }

        return timer;
    }

    /// <summary>Waits until somebody waits for the clock, then moves it.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        while (true)
        {
            Task made;
            lock (_timers)
            {
                if (_timers.Count > 0) break;
                made = _made.Next.Task;
            }

            await made.WaitAsync(Wire.SafetyTimeout);
        }

        long now = Interlocked.Add(ref _now, by.Ticks);
        List<Timer> due;
        lock (_timers)
        {
            due = _timers.FindAll(timer => timer.DueAt <= now);
            _timers.RemoveAll(due.Contains);
        }

        due.ForEach(timer => timer.Fire());
    }

    private sealed class Timer(TimerClock clock, TimerCallback callback, object? state, long dueAt) : ITimer
    {
        public long DueAt => dueAt;

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose()
        {
            lock (clock._timers) clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
