namespace Pwb.Tests.Infrastructure;

/// <summary>Time that moves only when a test says so; the monotonic and the wall clock move together.</summary>
internal sealed class ManualClock : TimeProvider
{
    /// <summary>The example date of RFC 9110 §5.6.7, whose day has a leading zero.</summary>
    public static readonly DateTimeOffset Start = new(1994, 11, 6, 8, 49, 37, TimeSpan.Zero);

    public const string StartAsImfFixdate = "Sun, 06 Nov 1994 08:49:37 GMT";

    private long _elapsed; // ticks of 100 ns

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    // The start is far from zero, so that a forgotten initialisation shows as an expired deadline.
    public override long GetTimestamp() => Start.Ticks + Interlocked.Read(ref _elapsed);

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(Interlocked.Read(ref _elapsed));

    // What is to happen after some milliseconds of silence happens in no test of literal bytes; everything longer is real time.
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime < TimeSpan.FromSeconds(0.1) ? Timeout.InfiniteTimeSpan : dueTime, period);

    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        Interlocked.Add(ref _elapsed, by.Ticks);
    }
}
