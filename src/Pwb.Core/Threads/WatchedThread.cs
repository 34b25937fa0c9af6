using Pwb.Platform;

namespace Pwb.Threads;

/// <summary>
/// A thread that serves connections and may be blocked all the same, since somebody watches it and has another thread go on when
/// it is.
/// </summary>
internal sealed class WatchedThread
{
    [ThreadStatic]
    private static WatchedThread? _current;

    private readonly Thread _thread = Thread.CurrentThread;
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private readonly string? _status = LinuxProcess.FindThreadStatus();

    private WatchedThread()
    {
    }

    /// <summary>The thread that asks; null if nobody watches it.</summary>
    public static WatchedThread? Current => _current;

    /// <summary>Whether it waits for a lock, a task, a time: the runtime knows of it, so it costs next to nothing.</summary>
    public bool IsWaiting => (_thread.ThreadState & ThreadState.WaitSleepJoin) == ThreadState.WaitSleepJoin;

    /// <summary>Whether it waits for anything but a processor.</summary>
    public bool IsAsleep => IsWaiting || LinuxProcess.IsAsleep(_status);

    /// <summary>The thread that calls this is watched from now on. To be called where nothing of anybody's is current.</summary>
    public static WatchedThread Begin() => _current = new WatchedThread();

    /// <summary>
    /// Drops what has become current here while others' code ran, so that the next code does not find it: AsyncLocals, the
    /// culture. The pool does so after each piece of work.
    /// </summary>
    public void Forget()
    {
        if (_context is not null) ExecutionContext.Restore(_context);
        if (SynchronizationContext.Current is not null) SynchronizationContext.SetSynchronizationContext(null);
    }
}
