namespace Pwb.Epoll;

/// <summary>
/// Decides whether handlers run on the thread pool for a while, because they have blocked their seat for too much of the time.
/// The measure is the share of time in which the seat's thread slept in other code than the seat's. A thread that waits for a
/// processor does not count as asleep. The first period is a second; each one that follows soon is twice as long. Times are in
/// milliseconds.
/// </summary>
internal sealed class Demotion
{
    private const double Window = 100; // the time over which the share is measured; older sleep fades
    private const double MostAsleep = 5; // in the window
    private const double LongestLook = 10; // the longest sleep that one look adds, however long ago the last look was
    private const double Probation = 1000;
    private const double FirstPeriod = 1000, LongestPeriod = 60_000;

    private double _asleep;
    private double _lookedAt;
    private double _until;
    private double _period;
    private double _endedAt = double.NegativeInfinity;
    private volatile bool _isOn;

    /// <summary>Whether handlers run on the pool now. For any thread.</summary>
    public bool IsOn => _isOn;

    /// <summary>Records what the watcher has seen. Only one thread at a time calls this.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isAsleep">Whether the seat's thread was found asleep in other code than the seat's.</param>
    /// <param name="isCrowded">Whether so many threads are blocked that no more should be.</param>
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
