using System.Threading.Tasks.Sources;

namespace Pwb.Epoll;

/// <summary>How a wait ends.</summary>
internal static class Settlement
{
    /// <summary>Ends a wait.</summary>
    /// <param name="source">Whose.</param>
    /// <param name="result">What became of it.</param>
    /// <param name="failure">Why nothing did.</param>
    /// <param name="isInline">Whether whoever waits goes on before this returns; if not, he does so in the pool.</param>
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
            // Without descriptors the pool may be unable to start a thread, and says so. The work is queued all the same.
        }
    }
}
