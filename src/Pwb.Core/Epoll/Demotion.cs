namespace Pwb.Epoll;

/// <summary>
/// Says whether handlers are to run on the thread pool for a while, because they have blocked the seat for too much of its time.
/// What counts is the share of time in which its thread was asleep inside of something else's code: a thread that only waits for
/// a processor is no offender. It lasts a second, and twice as long each time that another try shows the same.
/// Times are in milliseconds.
/// </summary>
internal sealed class Demotion
{
    private const double Window = 100; // in which the share counts: what was before fades
    private const double MostAsleep = 5; // of the window
    private const double LongestLook = 10; // who looked away for longer has not seen more
    private const double Probation = 1000;
    private const double FirstPeriod = 1000, LongestPeriod = 60_000;

    private double _asleep;
    private double _lookedAt;
    private double _until;
    private double _period;
    private double _endedAt = double.NegativeInfinity;
    private volatile bool _isOn;

    /// <summary>Whether it is so now. For any thread.</summary>
    public bool IsOn => _isOn;

    /// <summary>Takes note of what was seen. Called by one thread.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isAsleep">Whether whoever sits in the seat was found asleep inside of something else's code.</param>
    /// <param name="isCrowded">Whether so many threads are blocked that there should be no more.</param>
    public void Look(double now, bool isAsleep, bool isCrowded)
    {
        double elapsed = now - _lookedAt;
        _lookedAt = now;
        _asleep *= Math.Exp(-elapsed / Window);
        if (isAsleep) _asleep += Math.Min(elapsed, LongestLook);
        if (_isOn)
        {
            if (now >= _until && !isCrowded) End(now);
        }
        else if (_asleep >= MostAsleep || isCrowded)
        {
            Begin(now);
        }
    }

    private void Begin(double now)
    {
        bool hasFailedAgain = now - _endedAt < Probation;
        _period = hasFailedAgain ? Math.Min(_period * 2, LongestPeriod) : FirstPeriod;
        _until = now + _period;
        _isOn = true;
    }

    private void End(double now)
    {
        _asleep = 0;
        _endedAt = now;
        _isOn = false;
    }
}
