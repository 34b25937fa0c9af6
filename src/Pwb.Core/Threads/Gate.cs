namespace Pwb.Threads;

/// <summary>
/// The state of a stream that user code holds, in one word: free, busy or closed. Every operation takes it, also the server's
/// own, so that two at once, and one after the end, are found out before they touch anything.
/// </summary>
internal struct Gate
{
    private const int Free = 0, Busy = 1, Closed = 2;

    private int _state;

    public readonly bool IsClosed => Volatile.Read(in _state) == Closed;

    /// <summary>Begins an operation.</summary>
    /// <returns>False if another is under way, or the stream is closed: see <see cref="IsClosed"/>.</returns>
    public bool TryEnter() => Interlocked.CompareExchange(ref _state, Busy, Free) == Free;

    /// <summary>Ends the operation. A stream that was closed meanwhile stays closed.</summary>
    public void Leave() => Interlocked.CompareExchange(ref _state, Free, Busy);

    /// <summary>Closes the stream for good.</summary>
    /// <returns>
    /// False if an operation is under way: whatever it works on may still be touched, and belongs to nobody else from now on.
    /// </returns>
    public bool Close() => Interlocked.Exchange(ref _state, Closed) != Busy;
}
