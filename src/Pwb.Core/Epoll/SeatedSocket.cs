using Pwb.Platform;

namespace Pwb.Epoll;

/// <summary>
/// A socket in its seat: what reading and writing share. A part of the stream's object, since each object that an idle connection
/// has counts; so it is never copied.
/// </summary>
internal struct SeatedSocket
{
    /// <summary>What is waited for by whoever reads, and always.</summary>
    public const uint ReadEvents = LinuxEpoll.Readable | LinuxEpoll.Urgent | LinuxEpoll.PeerEnded;

    /// <summary>After these a receive may stop short.</summary>
    public const uint UnevenEvents = LinuxEpoll.Urgent | LinuxEpoll.PeerEnded | LinuxEpoll.HungUp | LinuxEpoll.Error;

    private readonly ulong _key;
    private uint _registered;
    private bool _isReleased;
    private volatile bool _hasEnded;
    private volatile bool _isOffSeat;
    private volatile bool _neverBlocks;
    private volatile bool _isUneven;

    /// <param name="handle">A connected socket that does not block.</param>
    /// <param name="seat">Where it is served.</param>
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
    /// A receive that does not fill its buffer has taken all that there was, and an event will tell of more. Not so in front of
    /// an end or of urgent data, at which a receive stops short.
    /// </summary>
    public readonly bool IsUneven => _isUneven;

    /// <summary>Whether what had to wait goes on in the seat for now.</summary>
    public readonly bool GoesOnInSeat => !_isOffSeat && (_neverBlocks || !Seat.SendsHandlersToPool);

    public static IOException Gone() => new("The connection was closed at this end.");

    /// <summary>An exception for the error of the last call.</summary>
    public readonly IOException Failure(string call) => _hasEnded ? Gone() : LinuxStreams.Failure(call);

    public readonly void ThrowIfEnded()
    {
        if (_hasEnded) throw Gone();
    }

    /// <summary>What has to wait goes on in the seat from now on.</summary>
    /// <param name="neverBlocks">Whether that is so even while handlers are sent to the pool.</param>
    public void GoOnInSeat(bool neverBlocks)
    {
        _isOffSeat = false;
        _neverBlocks = neverBlocks;
    }

    /// <summary>Others' code may run from now on.</summary>
    public void MayBlock() => _neverBlocks = false;

    /// <summary>What has to wait goes on in the pool from now on.</summary>
    public void GoOnInPool() => _isOffSeat = true;

    /// <summary>Nothing begins any more.</summary>
    public void End() => _hasEnded = true;

    /// <summary>Takes note of events.</summary>
    public void Note(uint events)
    {
        if ((events & UnevenEvents) != 0) _isUneven = true;
    }

    /// <summary>Sees to it that events come.</summary>
    public void Register(uint events)
    {
        if ((Volatile.Read(ref _registered) & events) == events) return;
        lock (Handle) // each object that an idle connection has counts
        {
            uint all = _registered | ReadEvents | events;
            if (_registered == 0) Seat.Register(Handle, all | LinuxEpoll.EdgeTriggered, _key);
            else Seat.Change(Handle, all | LinuxEpoll.EdgeTriggered, _key);
            Volatile.Write(ref _registered, all);
        }
    }

    /// <summary>Whether it falls to the caller to release it. Once only.</summary>
    public bool BeginRelease() => !Interlocked.Exchange(ref _isReleased, true);

    /// <summary>Closes the descriptor, of which the seat tells nothing more.</summary>
    public readonly void Release()
    {
        Seat.Leave(_key);
        Handle.Dispose();
    }
}
