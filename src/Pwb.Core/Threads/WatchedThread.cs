using Pwb.Platform;

namespace Pwb.Threads;

/// <summary>A thread that serves connections and may block: a watcher then has another thread take its place.</summary>
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

    /// <summary>The current watched thread, or null.</summary>
    public static WatchedThread? Current => _current;

    /// <summary>Whether the thread waits for a lock, a task or a time. The runtime knows, so asking is almost free.</summary>
    public bool IsWaiting => (_thread.ThreadState & ThreadState.WaitSleepJoin) == ThreadState.WaitSleepJoin;

    /// <summary>Whether the thread waits for anything but a processor.</summary>
    public bool IsAsleep => IsWaiting || LinuxProcess.IsAsleep(_status);

    /// <summary>Has the calling thread watched from now on. To be called before user code leaves ambient state on it.</summary>
    public static WatchedThread Begin() => _current = new WatchedThread();

    /// <summary>
    /// Drops the ambient state that user code has left on the thread: AsyncLocals, the culture. The pool does so after each work
    /// item.
    /// </summary>
    public void Forget()
    {
        if (_context is not null) ExecutionContext.Restore(_context);
        if (SynchronizationContext.Current is not null) SynchronizationContext.SetSynchronizationContext(null);
    }
}
