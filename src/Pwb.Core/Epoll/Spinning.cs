using System.Diagnostics;

namespace Pwb.Epoll;

/// <summary>
/// Decides whether to look for events a while longer before going to sleep. Waking a processor may cost more than a small
/// request, and after a short gap the next one is likely to be short too. Each look in vain doubles the number of short gaps in
/// a row that have to come before the next. So a server that is idle or slow never spins.
/// </summary>
/// <param name="time">The time to stay awake; zero to sleep always.</param>
/// <param name="processors">The number of processors. With one there is no spinning: nothing else could run meanwhile.</param>
internal sealed class Spinning(TimeSpan time, int processors)
{
    private const int MostMisses = 10;

    private readonly long _time = processors > 1 ? (long)(time.TotalSeconds * Stopwatch.Frequency) : 0;
    private int _misses;
    private int _shortGaps;

    /// <summary>Whether spinning is possible at all.</summary>
    public bool IsOn => _time > 0;

    /// <summary>Whether to stay awake now.</summary>
    public bool IsDue => _time > 0 && _shortGaps >= 1 << _misses;

    /// <summary>Whether to stop spinning.</summary>
    /// <param name="ticks">The time since the wait began, in the unit of <see cref="Stopwatch"/>.</param>
    public bool IsOver(long ticks) => ticks >= _time;

    /// <summary>Records a wait.</summary>
    /// <param name="ticks">Its length, in the unit of <see cref="Stopwatch"/>.</param>
    /// <param name="wasAwake">Whether it began with spinning.</param>
    public void Note(long ticks, bool wasAwake)
    {
        bool isShort = ticks < _time;
        if (isShort)
        {
            _shortGaps = Math.Min(_shortGaps + 1, 1 << MostMisses);
            if (wasAwake && _misses > 0) _misses--;
            return;
        }

        _shortGaps = 0;
        if (wasAwake) _misses = Math.Min(_misses + 1, MostMisses);
    }
}
