namespace Pwb.Server;

/// <summary>
/// Sees when handlers that block their threads have used up the thread pool, and lets it grow at once. By itself the pool adds about
/// one thread a second, and thirty such handlers would hold up every other client for half a minute.
/// </summary>
internal sealed class PoolRelief
{
    private const int Step = 32;
    private const int MostThreads = 512;

    private volatile bool _isProbeDone = true;

    /// <summary>Called by each heartbeat: a piece of work that waits from one to the next means that no thread is free.</summary>
    public void Beat()
    {
        if (_isProbeDone)
        {
            _isProbeDone = false;
            ThreadPool.UnsafeQueueUserWorkItem(static relief => relief._isProbeDone = true, this, preferLocal: false);
            return;
        }

        int threads = ThreadPool.ThreadCount + Step;
        ThreadPool.GetMinThreads(out int least, out int leastForCompletion);
        if (threads > least && threads <= MostThreads) ThreadPool.SetMinThreads(threads, leastForCompletion);
    }
}
