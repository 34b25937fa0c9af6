using System.Threading.Tasks.Sources;
using Pwb.Platform;

namespace Pwb.Epoll;

/// <summary>
/// A socket as a stream, for one who reads and one who writes. It tries first and waits only when there is nothing, or no room,
/// and knows from the last try whether to try at all. What had to wait goes on in the seat.
/// </summary>
internal sealed partial class EpollStream : Stream, IReadyTarget
{
    private const uint ReadEvents = LinuxEpoll.Readable | LinuxEpoll.Urgent | LinuxEpoll.PeerEnded;
    private const uint UnevenEvents = LinuxEpoll.Urgent | LinuxEpoll.PeerEnded | LinuxEpoll.HungUp | LinuxEpoll.Error;

    private readonly DescriptorHandle _socket;
    private readonly Seat _seat;
    private readonly ulong _key;
    private uint _registered;
    private bool _isReleased;
    private volatile bool _hasEnded;
    private volatile bool _isOffSeat;
    private volatile bool _neverBlocks;

    // A receive that does not fill its buffer has taken all that there was, and an event will tell of more. Not so in front of an
    // end or of urgent data, at which a receive stops short.
    private volatile bool _isUneven;

    /// <param name="socket">A connected socket that does not block.</param>
    /// <param name="seat">Where it is served.</param>
    public EpollStream(DescriptorHandle socket, Seat seat)
    {
        _socket = socket;
        _seat = seat;
        _key = seat.Enter(this);
    }

    public DescriptorHandle Socket => _socket;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>A wait of the server's own begins, and what comes goes on in the seat.</summary>
    /// <param name="neverBlocks">Whether that is so even while handlers are sent to the pool.</param>
    public void GoOnInSeat(bool neverBlocks)
    {
        _isOffSeat = false;
        _neverBlocks = neverBlocks;
    }

    /// <summary>Others' code may run from now on: so what has to wait goes on in the seat only while they may be there.</summary>
    /// <returns>Whether the caller's thread is a place for them.</returns>
    public bool GoOnWhereHandlersMayBe()
    {
        _neverBlocks = false;
        return Thread.CurrentThread.IsThreadPoolThread
            || (Threads.WatchedThread.Current is not null && !_seat.SendsHandlersToPool);
    }

    /// <summary>What has to wait goes on in the pool from now on.</summary>
    public void GoOnInPool() => _isOffSeat = true;

    /// <summary>Whatever is waited for ends, with an error, and nothing begins any more.</summary>
    /// <returns>Whether anything was.</returns>
    public bool End()
    {
        _hasEnded = true;
        bool reads = _reading.Close();
        bool writes = _writing.Close();
        if (reads) FailRead(Gone());
        if (writes) FailWrite(Gone());
        return reads || writes;
    }

    void IReadyTarget.OnReady(uint events)
    {
        if ((events & UnevenEvents) != 0) _isUneven = true;
        bool reads = (events & (LinuxEpoll.Readable | UnevenEvents)) != 0 && _reading.Signal();
        bool writes = (events & (LinuxEpoll.Writable | LinuxEpoll.HungUp | LinuxEpoll.Error)) != 0 && _writing.Signal();

        // Either may run a handler that never returns, so that the other has to be on its way already.
        bool isInline = !_isOffSeat && (_neverBlocks || !_seat.SendsHandlersToPool);
        if (writes) GoOnWriting(isInline && !reads);
        if (reads) GoOnReading(isInline);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void SetLength(long value) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Closes the descriptor. For whoever serves the connection, and nobody else: others only end it.</summary>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing || Interlocked.Exchange(ref _isReleased, true)) return;

        End();
        _seat.Leave(_key);
        _socket.Dispose();
    }

    /// <summary>Ends a wait.</summary>
    /// <param name="source">Whose.</param>
    /// <param name="result">What became of it.</param>
    /// <param name="failure">Why nothing did.</param>
    /// <param name="isInline">Whether whoever waits goes on before this returns; if not, he does so in the pool.</param>
    private static void Settle<T>(ref ManualResetValueTaskSourceCore<T> source, T result, Exception? failure, bool isInline)
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

    private static IOException Gone() => new("The connection was closed at this end.");

    // The error is of the last call.
    private IOException Failure(string call) => _hasEnded ? Gone() : LinuxStreams.Failure(call);

    private void ThrowIfEnded()
    {
        if (_hasEnded) throw Gone();
    }

    /// <summary>Sees to it that events come.</summary>
    private void Register(uint events)
    {
        if ((Volatile.Read(ref _registered) & events) == events) return;
        lock (_socket) // each object that an idle connection has counts
        {
            uint all = _registered | ReadEvents | events;
            if (_registered == 0) _seat.Register(_socket, all | LinuxEpoll.EdgeTriggered, _key);
            else _seat.Change(_socket, all | LinuxEpoll.EdgeTriggered, _key);
            Volatile.Write(ref _registered, all);
        }
    }
}
