using Microsoft.Win32.SafeHandles;
using Pwb.Platform;

namespace Pwb.Server;

/// <summary>
/// Descriptors that connections must not take. To start a thread takes two of them for a moment, and a thread pool that wants one
/// more thread and cannot start it ends the process. So some are held, and more than those must be free when a connection gets a
/// higher one than any since the last beat of the heart. If they are not, the ones held are given back, for threads, and nothing
/// is accepted until they can be taken again.
/// </summary>
/// <remarks>
/// So connections alone hardly end the process. Who takes the last descriptors all at once, such as a handler that opens files,
/// or lowers the limit under the process, still can: that is seen when accepting fails or at the next beat, up to a second later.
/// </remarks>
internal sealed class DescriptorReserve
{
    private const int Size = 16;

    // Free besides those that are held: for a thread that starts just now, and for somebody who needs one at that moment.
    private const int Spare = 4;

    private const string Nothing = "/dev/null";

    // On Windows handles do not run out like this.
    private static readonly bool IsNeeded = ThisSystem.IsUnix && File.Exists(Nothing);

    private readonly Lock _lock = new();
    private readonly Stack<SafeFileHandle> _held = new(Size);
    private long _highest; // of the descriptors since the last beat after which there were others

    /// <summary>Takes the reserve, unless it is held already, and looks whether there are others besides it.</summary>
    /// <param name="descriptor">
    /// The one that was taken last. A system gives out the lowest that is free, so that only a new highest one can be one of the
    /// last.
    /// </param>
    /// <returns>Whether that is so. If not, nothing is held.</returns>
    public bool TryHold(long descriptor)
    {
        if (descriptor <= Volatile.Read(ref _highest)) return true;
        if (!TryHold()) return false;

        Volatile.Write(ref _highest, descriptor);
        return true;
    }

    /// <summary>Takes the reserve, unless it is held already, and looks whether there are others besides it.</summary>
    /// <returns>Whether that is so. If not, nothing is held.</returns>
    public bool TryHold()
    {
        if (!IsNeeded) return true;

        lock (_lock)
        {
            if (TryFill() && HasSpare(_held.Peek())) return true;
            Clear();
            return false;
        }
    }

    /// <summary>Gives the reserve back.</summary>
    public void Release()
    {
        lock (_lock) Clear();
    }

    /// <summary>
    /// Gives the reserve back if there are no others besides it. Once a second, since not only connections take descriptors.
    /// </summary>
    public void ReleaseIfShort()
    {
        lock (_lock)
        {
            _highest = 0;
            if (_held.Count > 0 && !HasSpare(_held.Peek())) Clear();
        }
    }

    // Eight system calls, in three microseconds.
    private static bool HasSpare(SafeFileHandle any)
    {
        Span<int> copies = stackalloc int[Spare];
        int count = 0;
        while (count < Spare && (copies[count] = UnixCalls.Duplicate((int)any.DangerousGetHandle())) >= 0) count++;
        foreach (int copy in copies[..count]) _ = UnixCalls.Close(copy);
        return count == Spare;
    }

    private bool TryFill()
    {
        try
        {
            while (_held.Count < Size) _held.Push(File.OpenHandle(Nothing));
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Clear()
    {
        _highest = 0;
        while (_held.TryPop(out SafeFileHandle? handle)) handle.Dispose();
    }
}
