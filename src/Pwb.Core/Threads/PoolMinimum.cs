namespace Pwb.Threads;

/// <summary>
/// The thread pool's minimum of threads, which belongs to the whole process. Raised while some server asks for it, and then put
/// back, unless the program has set another one meanwhile.
/// </summary>
internal static class PoolMinimum
{
    // Systemd lets a service have 4,915 threads and processes unless it is told otherwise, and a pool that gets no thread ends
    // the process.
    private const int Most = 4096;

    private const int LeastStep = 32;

    private static readonly Lock Gate = new();
    private static readonly HashSet<object> Askers = [];
    private static int _original;
    private static int _raised;

    /// <summary>Lets the pool have half as many threads more than it has, and at least 32.</summary>
    /// <param name="asker">The owner of the demand, until it gives it back.</param>
    /// <param name="threads">The pool's threads.</param>
    public static void Raise(object asker, int threads)
    {
        lock (Gate)
        {
            ThreadPool.GetMinThreads(out int least, out int leastForCompletion);
            ThreadPool.GetMaxThreads(out int most, out _);
            threads = Math.Min(threads + Math.Max(LeastStep, threads / 2), Math.Min(most, Most));
            if (threads > least && ThreadPool.SetMinThreads(threads, leastForCompletion))
            {
                if (Askers.Count == 0 || least != _raised) _original = least;
                _raised = threads;
                Askers.Add(asker);
            }
        }
    }

    /// <summary>Restores the minimum when no other owner asks for more.</summary>
    public static void GiveBack(object asker)
    {
        lock (Gate)
        {
            if (!Askers.Remove(asker) || Askers.Count > 0) return;
            ThreadPool.GetMinThreads(out int least, out int leastForCompletion);
            if (least == _raised) ThreadPool.SetMinThreads(_original, leastForCompletion);
        }
    }
}
