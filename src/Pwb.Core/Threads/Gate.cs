namespace Pwb.Threads;

/// <summary>
/// The state of a stream that user code holds, in one word: free, busy with user code's operation or with the server's own, or
/// closed. Every operation takes it, so that two at once, and one after the end, are found out before they touch anything.
/// </summary>
internal struct Gate
{
    private const int Free = 0, Busy = 1, Closed = 2, Own = 3;

    private int _state;

    public readonly bool IsClosed => Volatile.Read(in _state) == Closed;

    /// <summary>Whether an operation of the server's own is under way. It ends soon, so others wait for it.</summary>
    public readonly bool IsOwn => Volatile.Read(in _state) == Own;

    /// <summary>Whether an operation of user code is under way.</summary>
    public readonly bool IsBusy => Volatile.Read(in _state) == Busy;

    /// <summary>Begins an operation.</summary>
    /// <returns>False if another is under way, or the stream is closed: see <see cref="IsClosed"/>.</returns>
    public bool TryEnter() => Interlocked.CompareExchange(ref _state, Busy, Free) == Free;

    /// <summary>Ends the operation. A stream that was closed meanwhile stays closed.</summary>
    public void Leave() => Interlocked.CompareExchange(ref _state, Free, Busy);

    /// <summary>Begins an operation of the server's own.</summary>
    public bool TryEnterOwn() => Interlocked.CompareExchange(ref _state, Own, Free) == Free;

    /// <summary>Ends it.</summary>
    public void LeaveOwn() => Interlocked.CompareExchange(ref _state, Free, Own);

    /// <summary>Closes the stream for good.</summary>
    /// <returns>
    /// False if an operation of user code is under way. It may still touch the buffers, which must not be used again.
    /// </returns>
    public bool Close() => Close(out _);

    /// <summary>Closes the stream for good.</summary>
    /// <param name="isOwn">Whether an operation of the server's own is under way, which the caller has to wait for.</param>
    /// <returns>False if an operation of user code is.</returns>
    public bool Close(out bool isOwn)
    {
        int before = Interlocked.Exchange(ref _state, Closed);
        isOwn = before == Own;
        return before != Busy;
    }
}
