using Pwb.Platform;

namespace Pwb.Epoll;

/// <summary>
/// A socket in its seat: the state that reading and writing share. A field of <see cref="EpollStream"/>, never copied: a struct
/// saves an idle connection an object.
/// </summary>
internal struct SeatedSocket
{
    /// <summary>The events that a reader waits for. Every registration has them.</summary>
    public const uint ReadEvents = LinuxEpoll.Readable | LinuxEpoll.Urgent | LinuxEpoll.PeerEnded;

    /// <summary>The events after which a receive may stop short of its buffer.</summary>
    public const uint UnevenEvents = LinuxEpoll.Urgent | LinuxEpoll.PeerEnded | LinuxEpoll.HungUp | LinuxEpoll.Error;

    private readonly ulong _key;
    private uint _registered;
    private bool _isReleased;
    private volatile bool _hasEnded;
    private volatile bool _isOffSeat;
    private volatile bool _neverBlocks;
    private volatile bool _isUneven;

    /// <param name="handle">A connected socket that does not block.</param>
    /// <param name="seat">The seat that serves it.</param>
    /// <param name="key">The number by which events find it there.</param>
    public SeatedSocket(DescriptorHandle handle, Seat seat, ulong key)
    {
        Handle = handle;
        Seat = seat;
        _key = key;
    }

    public DescriptorHandle Handle { get; }

    public Seat Seat { get; }

    /// <summary>Whether the connection was closed at this end.</summary>
    public readonly bool HasEnded => _hasEnded;

    /// <summary>
    /// Whether a receive that does not fill its buffer may have left something. As a rule it has taken all, and an event will
    /// tell of more; but a receive stops short in front of an end or of urgent data.
    /// </summary>
    public readonly bool IsUneven => _isUneven;

    /// <summary>Whether waits continue in the seat for now.</summary>
    public readonly bool GoesOnInSeat => !_isOffSeat && (_neverBlocks || !Seat.SendsHandlersToPool);

    public static IOException Gone() => new("The connection was closed at this end.");

    /// <summary>An exception for the error of the last call.</summary>
    public readonly IOException Failure(string call) => _hasEnded ? Gone() : LinuxStreams.Failure(call);

    public readonly void ThrowIfEnded()
    {
        if (_hasEnded) throw Gone();
    }

    /// <summary>Has waits continue in the seat from now on.</summary>
    /// <param name="neverBlocks">Whether they do so even while handlers are sent to the pool.</param>
    public void GoOnInSeat(bool neverBlocks)
    {
        _isOffSeat = false;
        _neverBlocks = neverBlocks;
    }

    /// <summary>Announces code that may block.</summary>
    public void MayBlock() => _neverBlocks = false;

    /// <summary>Has waits continue on the thread pool from now on.</summary>
    public void GoOnInPool() => _isOffSeat = true;

    /// <summary>Refuses new reads and writes.</summary>
    public void End() => _hasEnded = true;

    /// <summary>Takes note of events.</summary>
    public void Note(uint events)
    {
        if ((events & UnevenEvents) != 0) _isUneven = true;
    }

    /// <summary>Registers for events, unless it already is.</summary>
    public void Register(uint events)
    {
        if ((Volatile.Read(ref _registered) & events) == events) return;
        lock (Handle) // no object of its own for the lock: it would be one more for each idle connection
        {
            uint all = _registered | ReadEvents | events;
            if (_registered == 0) Seat.Register(Handle, all | LinuxEpoll.EdgeTriggered, _key);
            else Seat.Change(Handle, all | LinuxEpoll.EdgeTriggered, _key);
            Volatile.Write(ref _registered, all);
        }
    }

    /// <summary>Returns true to the first caller, who then calls <see cref="Release"/>.</summary>
    public bool BeginRelease() => !Interlocked.Exchange(ref _isReleased, true);

    /// <summary>Leaves the seat and closes the descriptor.</summary>
    public readonly void Release()
    {
        Seat.Leave(_key);
        Handle.Dispose();
    }
}
