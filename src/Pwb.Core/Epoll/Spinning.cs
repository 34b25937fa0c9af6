using System.Diagnostics;

namespace Pwb.Epoll;

/// <summary>
/// Says whether to stay awake before going to sleep. To wake a processor may cost more than a small request does; so after a
/// short gap, where the next is likely to be short too, looking for events a while longer is worth its price. Each time that
/// it was in vain, more short gaps in a row have to come before it is tried again: a server that is idle or slow never spins.
/// </summary>
/// <param name="time">How long to stay awake; zero never to.</param>
/// <param name="processors">With one, nobody could do anything meanwhile.</param>
internal sealed class Spinning(TimeSpan time, int processors)
{
    private const int MostMisses = 10;

    private readonly long _time = processors > 1 ? (long)(time.TotalSeconds * Stopwatch.Frequency) : 0;
    private int _misses;
    private int _shortGaps;

    /// <summary>Whether to look at the time at all.</summary>
    public bool IsOn => _time > 0;

    /// <summary>Whether to stay awake now.</summary>
    public bool IsDue => _time > 0 && _shortGaps >= 1 << _misses;

    /// <summary>Whether it has been long enough.</summary>
    /// <param name="ticks">How long it has been, in the unit of <see cref="Stopwatch"/>.</param>
    public bool IsOver(long ticks) => ticks >= _time;

    /// <summary>Takes note of a wait.</summary>
    /// <param name="ticks">How long it was.</param>
    /// <param name="wasAwake">Whether it began awake.</param>
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
