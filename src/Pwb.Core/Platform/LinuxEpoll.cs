using System.Runtime.InteropServices;

namespace Pwb.Platform;

/// <summary>
/// epoll(7) of Linux. Errors are in <see cref="Marshal.GetLastPInvokeError"/>. &lt;sys/epoll.h&gt;, &lt;sys/eventfd.h&gt;
/// </summary>
internal static partial class LinuxEpoll
{
    public const uint Readable = 0x001, Urgent = 0x002, Writable = 0x004, Error = 0x008, HungUp = 0x010, PeerEnded = 0x2000;

    /// <summary>Only one of several that wait is woken. Not to be changed afterwards, only taken out.</summary>
    public const uint Exclusive = 1u << 28;

    /// <summary>Tells of each change once.</summary>
    public const uint EdgeTriggered = 1u << 31;

    private const int CloseOnExec = 0x80000, NonBlocking = 0x800;
    private const int OpAdd = 1, OpDelete = 2, OpModify = 3;
    private const int MaxEventSize = 16;
    private const int Interrupted = 4;

    /// <exception cref="IOException">The system does not have it, does not allow it, or has no descriptor.</exception>
    public static DescriptorHandle Create() => Own(EpollCreate(CloseOnExec), "epoll_create1");

    /// <summary>A means to wake up a waiting thread.</summary>
    /// <exception cref="IOException">As for <see cref="Create"/>.</exception>
    public static DescriptorHandle CreateBell() => Own(EventDescriptor(0, CloseOnExec | NonBlocking), "eventfd");

    /// <summary>Wakes up the thread that waits for the bell.</summary>
    public static void Ring(SafeHandle bell) => _ = Write(bell, 1, sizeof(ulong));

    /// <exception cref="IOException">The system has no room for another.</exception>
    public static void Add(SafeHandle epoll, SafeHandle descriptor, uint events, ulong data) =>
        ThrowIfFailed(Control(epoll, OpAdd, descriptor, events, data), "epoll_ctl");

    /// <exception cref="IOException">The system refuses.</exception>
    public static void Modify(SafeHandle epoll, SafeHandle descriptor, uint events, ulong data) =>
        ThrowIfFailed(Control(epoll, OpModify, descriptor, events, data), "epoll_ctl");

    /// <summary>Removes a descriptor, if it is registered.</summary>
    public static void Remove(SafeHandle epoll, SafeHandle descriptor) => _ = Control(epoll, OpDelete, descriptor, 0, 0);

    /// <summary>Waits for events.</summary>
    /// <param name="epoll">The epoll to wait for.</param>
    /// <param name="events">Takes them.</param>
    /// <param name="timeout">In milliseconds; -1 for ever, 0 not to wait.</param>
    /// <returns>The number of events.</returns>
    public static int Wait(SafeHandle epoll, EpollEvents events, int timeout)
    {
        int count;
        do count = EpollWait(epoll, events.Bytes, events.Capacity, timeout);
        while (count < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return count >= 0 ? count : throw LinuxStreams.Failure("epoll_wait");
    }

    private static int Control(SafeHandle epoll, int operation, SafeHandle descriptor, uint events, ulong data)
    {
        Span<byte> bytes = stackalloc byte[MaxEventSize];
        EpollEvents.Write(bytes, events, data, RuntimeInformation.ProcessArchitecture);
        return EpollControl(epoll, operation, descriptor, bytes);
    }

    private static DescriptorHandle Own(int descriptor, string call)
    {
        ThrowIfFailed(descriptor, call);
        return new DescriptorHandle(descriptor);
    }

    private static void ThrowIfFailed(int result, string call)
    {
        if (result < 0) throw LinuxStreams.Failure(call);
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EventDescriptor(uint start, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EpollControl(SafeHandle epoll, int operation, SafeHandle descriptor, Span<byte> events);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EpollWait(SafeHandle epoll, Span<byte> events, int capacity, int timeout);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(SafeHandle descriptor, in ulong value, nint length);
}
