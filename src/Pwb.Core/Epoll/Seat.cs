using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Pwb.Platform;
using Pwb.Threads;

namespace Pwb.Epoll;

/// <summary>
/// One epoll instance and the work that its events make possible. The thread that sits here waits for events and does that work,
/// handlers included. If the work takes too long, another thread takes over the seat with the events that are left.
/// </summary>
internal sealed class Seat : IDisposable
{
    private const int BatchLength = 128;
    private const ulong BellKey = ulong.MaxValue;

    private readonly DescriptorHandle _epoll;
    private readonly DescriptorHandle _wake;
    private readonly EpollEvents _events = new(BatchLength, RuntimeInformation.ProcessArchitecture);
    private readonly TargetTable _targets = new();
    private readonly ConcurrentQueue<IReadyTarget> _again = new();
    private readonly Demotion _demotion;
    private readonly Spinning _spinning;
    private readonly Bell _bell;
    private volatile bool _isEnding;

    // Only the thread that sits here touches these fields. They pass on with the seat.
    private int _next;
    private int _count;
    private long _lastTicket;

    // The number of the present piece of work; 0 between two pieces. The thread that exchanges it for 0 has the seat.
    private long _ticket;
    private long _waits;
    private volatile WatchedThread? _sitter;

    /// <param name="demotion">Decides whether handlers are sent to the pool.</param>
    /// <param name="spinning">Decides whether to stay awake.</param>
    /// <param name="bell">Wakes the watcher.</param>
    /// <exception cref="IOException">The system has no epoll, or no descriptors.</exception>
    public Seat(Demotion demotion, Spinning spinning, Bell bell)
    {
        _demotion = demotion;
        _spinning = spinning;
        _bell = bell;
        _epoll = LinuxEpoll.Create();
        try
        {
            _wake = LinuxEpoll.CreateBell();
            LinuxEpoll.Add(_epoll, _wake, LinuxEpoll.Readable | LinuxEpoll.EdgeTriggered, BellKey);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether handlers are to run on the pool for now. For any thread.</summary>
    public bool SendsHandlersToPool => _demotion.IsOn;

    /// <summary>Whether the calling thread sits here.</summary>
    public bool IsMine => _sitter is { } sitter && ReferenceEquals(sitter, WatchedThread.Current);

    /// <summary>The thread that sits here; null while none does.</summary>
    public WatchedThread? Sitter => _sitter;

    /// <summary>The number of the present piece of work; 0 while there is none.</summary>
    public long Ticket => Volatile.Read(ref _ticket);

    /// <summary>The number of waits for events so far.</summary>
    public long Waits => Volatile.Read(ref _waits);

    /// <summary>Whether the seat has ended: <see cref="End"/> was called, and no target is left.</summary>
    public bool HasEnded => _isEnding && _targets.Count == 0;

    /// <summary>Adds a target of events.</summary>
    /// <returns>The number by which events find it.</returns>
    public ulong Enter(IReadyTarget target) => _targets.Add(target);

    /// <summary>Removes a target. It gets no event any more.</summary>
    public void Leave(ulong key)
    {
        _targets.Remove(key);
        WakeIfEnded();
    }

    /// <exception cref="IOException">The system has no room for another.</exception>
    public void Register(SafeHandle descriptor, uint events, ulong key) => LinuxEpoll.Add(_epoll, descriptor, events, key);

    /// <exception cref="IOException">The system refuses.</exception>
    public void Change(SafeHandle descriptor, uint events, ulong key) => LinuxEpoll.Modify(_epoll, descriptor, events, key);

    /// <summary>Takes a descriptor out of the epoll instance, if it is there.</summary>
    public void Unregister(SafeHandle descriptor) => LinuxEpoll.Remove(_epoll, descriptor);

    /// <summary>Tells a target that it may write, after all events at hand.</summary>
    public void TellAgain(IReadyTarget target)
    {
        _again.Enqueue(target);
        if (!IsMine) Wake();
    }

    /// <summary>Has the seat end when no target is left. For any thread.</summary>
    public void End()
    {
        _isEnding = true;
        WakeIfEnded();
    }

    /// <summary>Takes the seat from a thread that is still busy with a piece of work.</summary>
    /// <param name="ticket">The number of that work.</param>
    /// <returns>Whether it still was. Another thread then has to sit down.</returns>
    public bool TryTake(long ticket)
    {
        if (Interlocked.CompareExchange(ref _ticket, 0, ticket) != ticket) return false;
        _sitter = null;
        return true;
    }

    /// <summary>Sits here until the seat is taken, or ends.</summary>
    /// <returns>Whether it has ended.</returns>
    public bool Sit(WatchedThread thread)
    {
        _sitter = thread;
        while (true)
        {
            while (_next < _count)
            {
                (uint events, ulong key) = _events[_next++];
                if (_targets.Find(key) is { } target && !TryTell(thread, target, events)) return false;
            }

            for (int left = _again.Count; left > 0 && _again.TryDequeue(out IReadyTarget? target); left--)
                if (!TryTell(thread, target, LinuxEpoll.Writable)) return false;

            if (HasEnded) return true;
            _next = 0;
            _count = Wait();
            Interlocked.Increment(ref _waits);
            _bell.Ring();
        }
    }

    public void Dispose()
    {
        _epoll.Dispose();
        _wake?.Dispose();
    }

    private void WakeIfEnded()
    {
        if (HasEnded) Wake();
    }

    private void Wake()
    {
        try
        {
            LinuxEpoll.Ring(_wake);
        }
        catch (ObjectDisposedException)
        {
            // The thread that sat here has seen the end already.
        }
    }

    /// <returns>False if the seat was taken meanwhile.</returns>
    private bool TryTell(WatchedThread thread, IReadyTarget target, uint events)
    {
        long ticket = ++_lastTicket;
        Volatile.Write(ref _ticket, ticket);
        target.OnReady(events);
        bool isMine = Interlocked.CompareExchange(ref _ticket, 0, ticket) == ticket;
        thread.Forget();
        return isMine;
    }

    private int Wait()
    {
        if (!_again.IsEmpty) return LinuxEpoll.Wait(_epoll, _events, 0);
        if (!_spinning.IsOn) return LinuxEpoll.Wait(_epoll, _events, -1);

        long start = Stopwatch.GetTimestamp();
        bool isAwake = _spinning.IsDue;
        int count = 0;
        if (isAwake)
        {
            while ((count = LinuxEpoll.Wait(_epoll, _events, 0)) == 0
                && !_spinning.IsOver(Stopwatch.GetTimestamp() - start))
                Thread.SpinWait(20);
        }

        if (count == 0) count = LinuxEpoll.Wait(_epoll, _events, -1);
        _spinning.Note(Stopwatch.GetTimestamp() - start, isAwake);
        return count;
    }
}
