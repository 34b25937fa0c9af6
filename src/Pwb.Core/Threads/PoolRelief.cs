using System.Diagnostics;

namespace Pwb.Threads;

/// <summary>
/// Sees when handlers that block their threads have used up the thread pool, and lets it grow at once. By itself the pool adds
/// about one thread a second, and thirty such handlers would hold up every other client for half a minute.
/// </summary>
/// <param name="queue">Gives the pool a piece of work.</param>
/// <param name="processorTime">The processor time of the process so far.</param>
/// <param name="now">The time on the monotonic clock, in the unit of <see cref="Stopwatch"/>.</param>
internal sealed class PoolRelief(
    Action<IThreadPoolWorkItem> queue, Func<TimeSpan> processorTime, Func<long> now) : IThreadPoolWorkItem
{
    private volatile bool _isProbeDone = true;
    private TimeSpan _usedBefore;
    private long _before;

    public PoolRelief()
        : this(
            static work => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false),
            static () => Environment.CpuUsage.TotalTime,
            Stopwatch.GetTimestamp)
    {
    }

    /// <summary>
    /// Called by each heartbeat. A piece of work that waits from one to the next means that no thread is free. If the processor
    /// is busy meanwhile, more threads would not help; if it is idle, the threads are blocked.
    /// </summary>
    public void Beat()
    {
        bool isIdle = IsProcessorIdle();
        if (_isProbeDone)
        {
            PoolMinimum.GiveBack(this);
            _isProbeDone = false;
            queue(this);
        }
        else if (isIdle)
        {
            PoolMinimum.Raise(this, ThreadPool.ThreadCount);
        }
    }

    /// <summary>Gives back the demand.</summary>
    public void End() => PoolMinimum.GiveBack(this);

    /// <summary>The probe.</summary>
    public void Execute() => _isProbeDone = true;

    // Less than half of the time that all processors had since the last beat.
    private bool IsProcessorIdle()
    {
        TimeSpan used = processorTime();
        long time = now();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_before, time);
        bool isIdle = used - _usedBefore < elapsed * Environment.ProcessorCount / 2;
        (_usedBefore, _before) = (used, time);
        return isIdle;
    }
}
