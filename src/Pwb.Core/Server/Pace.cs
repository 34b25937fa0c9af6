namespace Pwb.Server;

/// <summary>
/// The time of the next beat. Beats follow the wall clock, so that the Date changes with the second. The monotonic clock bounds
/// their number: a wall clock that stands still just before a second begins would ask for a beat each millisecond.
/// </summary>
internal struct Pace
{
    // The last beat but one: after a beat just before its second began, another may come at once.
    private long _beforeLast = -Interval;
    private long _last = -Interval;

    public Pace()
    {
    }

    /// <summary>Milliseconds from one beat to the next.</summary>
    public const int Interval = 1000;

    /// <summary>
    /// A beat that is this many milliseconds late means that the whole process stood still, or got no processor. What clients
    /// have sent meanwhile may be anywhere between the system and a connection's loop, where no look would find it.
    /// </summary>
    public const int Standstill = 1000;

    /// <summary>Counts a beat.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <param name="untilNextSecond">Milliseconds until the wall clock's second ends.</param>
    /// <returns>Milliseconds until the next beat.</returns>
    public int Beat(long now, int untilNextSecond)
    {
        (_beforeLast, _last) = (_last, now);
        return (int)Math.Clamp(_beforeLast + Interval - now, untilNextSecond, Interval);
    }

    /// <summary>
    /// The milliseconds that the process stood still before a beat: stopped by a signal or a debugger, frozen, suspended. 0 if it
    /// did not.
    /// </summary>
    public readonly long StoodStill(long now)
    {
        long late = now - _last - Interval;
        return late >= Standstill ? late : 0;
    }
}
