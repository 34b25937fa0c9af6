using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Pwb.Platform;
using Pwb.Threads;

namespace Pwb.Epoll;

/// <summary>
/// One epoll, and what is to be done when it tells of something. Whoever sits here waits for events and does what they make
/// possible, handlers included. When that takes too long, another thread takes the seat, with the events that are left.
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

    // Only whoever sits here touches these. They go to the next with the seat.
    private int _next;
    private int _count;
    private long _lastTicket;

    // The number of what is being done; 0 between two of them. Whoever exchanges it for 0 has the seat.
    private long _ticket;
    private long _waits;
    private volatile WatchedThread? _sitter;

    /// <param name="demotion">Whether handlers are sent to the pool.</param>
    /// <param name="spinning">Whether to stay awake.</param>
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

    /// <summary>Whether whoever asks sits here.</summary>
    public bool IsMine => _sitter is { } sitter && ReferenceEquals(sitter, WatchedThread.Current);

    /// <summary>Who sits here; null while nobody does.</summary>
    public WatchedThread? Sitter => _sitter;

    /// <summary>The number of what is being done; 0 while nothing is.</summary>
    public long Ticket => Volatile.Read(ref _ticket);

    /// <summary>How often events have been waited for.</summary>
    public long Waits => Volatile.Read(ref _waits);

    /// <summary>Whether it has ended: nobody is left who could be told of anything.</summary>
    public bool HasEnded => _isEnding && _targets.Count == 0;

    /// <summary>Takes note of somebody who will be told of events.</summary>
    /// <returns>The number by which events find him.</returns>
    public ulong Enter(IReadyTarget target) => _targets.Add(target);

    /// <summary>He is told of nothing more.</summary>
    public void Leave(ulong key)
    {
        _targets.Remove(key);
        WakeIfEnded();
    }

    /// <exception cref="IOException">The system has no room for another.</exception>
    public void Register(SafeHandle descriptor, uint events, ulong key) => LinuxEpoll.Add(_epoll, descriptor, events, key);

    /// <exception cref="IOException">The system refuses.</exception>
    public void Change(SafeHandle descriptor, uint events, ulong key) => LinuxEpoll.Modify(_epoll, descriptor, events, key);

    /// <summary>Takes a descriptor out, if it is there.</summary>
    public void Unregister(SafeHandle descriptor) => LinuxEpoll.Remove(_epoll, descriptor);

    /// <summary>Has somebody told after all others that he may write.</summary>
    public void TellAgain(IReadyTarget target)
    {
        _again.Enqueue(target);
        if (!IsMine) Wake();
    }

    /// <summary>Ends when nobody is left. For any thread.</summary>
    public void End()
    {
        _isEnding = true;
        WakeIfEnded();
    }

    /// <summary>Takes the seat from whoever is still busy with something.</summary>
    /// <param name="ticket">The number of that.</param>
    /// <returns>Whether he was. Then somebody has to sit down.</returns>
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
            // Whoever sat here has seen it already, and gone.
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
