using System.Threading.Tasks.Sources;

namespace Pwb.Epoll;

/// <summary>Ends waits.</summary>
internal static class Settlement
{
    /// <summary>Ends a wait with a result or an exception.</summary>
    /// <param name="source">The source that is waited for.</param>
    /// <param name="result">The result.</param>
    /// <param name="failure">The exception; null for the result.</param>
    /// <param name="isInline">Whether the waiting code continues before this returns. If not, it does so on the pool.</param>
    public static void Settle<T>(
        this ref ManualResetValueTaskSourceCore<T> source, T result, Exception? failure, bool isInline)
    {
        source.RunContinuationsAsynchronously = !isInline;
        try
        {
            if (failure is null) source.SetResult(result);
            else source.SetException(failure);
        }
        catch (OutOfMemoryException) when (!isInline)
        {
            // Without descriptors the pool may be unable to start a thread, and throws. The work is queued all the same.
        }
    }
}
