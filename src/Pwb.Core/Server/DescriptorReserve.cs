using Microsoft.Win32.SafeHandles;
using Pwb.Platform;

namespace Pwb.Server;

/// <summary>
/// Descriptors that connections must not take. Starting a thread takes two descriptors for a moment. A process ends when its
/// thread pool needs a thread and cannot start it. So the reserve holds some descriptors. When a connection gets a higher
/// descriptor than any since the last beat, more descriptors than the reserve must still be free. If they are not, the reserve is
/// released for threads, and nothing is accepted until it can be taken again.
/// </summary>
/// <remarks>
/// So connections alone hardly end the process. A handler that opens many files at once, or a lowered limit, still can: the
/// server notices that when accepting fails or at the next beat, up to a second later.
/// </remarks>
internal sealed class DescriptorReserve
{
    private const int Size = 16;

    // Free descriptors besides the reserve: for a thread that starts now, and for other needs at that moment.
    private const int Spare = 4;

    private const string Nothing = "/dev/null";

    // Windows does not run out of handles like this.
    private static readonly bool IsNeeded = ThisSystem.IsUnix && File.Exists(Nothing);

    private readonly Lock _lock = new();
    private readonly Stack<SafeFileHandle> _held = new(Size);
    private long _highest; // the highest descriptor since the last beat that still left spare ones

    /// <summary>Takes the reserve, unless it is held already, and checks that other descriptors are free.</summary>
    /// <param name="descriptor">
    /// The descriptor that was taken last. A system gives out the lowest free one, so only a new highest one can be among the
    /// last.
    /// </param>
    /// <returns>Whether the reserve is held. If not, none of it is.</returns>
    public bool TryHold(long descriptor)
    {
        if (descriptor <= Volatile.Read(ref _highest)) return true;
        if (!TryHold()) return false;

        Volatile.Write(ref _highest, descriptor);
        return true;
    }

    /// <summary>Takes the reserve, unless it is held already, and checks that other descriptors are free.</summary>
    /// <returns>Whether the reserve is held. If not, none of it is.</returns>
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

    /// <summary>Releases the reserve.</summary>
    public void Release()
    {
        lock (_lock) Clear();
    }

    /// <summary>
    /// Releases the reserve if no other descriptors are free. Called once a second, since descriptors are not only taken by
    /// connections.
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
