using System.Buffers;

namespace Pwb.Channels;

/// <summary>
/// The bytes that have arrived and were not used yet. It rents its array when there is something to receive and returns it when
/// there is nothing left. While a request is under way its head stays where it is, since spans point into it. Part of its
/// channel: a struct, because each object that an idle connection has counts.
/// </summary>
internal struct ReceiveBuffer()
{
    private const int InitialSize = 8 * 1024;
    private const int MinFreeSpace = 2 * 1024;

    private byte[] _array = [];
    private int _start;
    private int _end;
    private int _headEnd;
    private bool _hasRequest;

    public readonly byte[] Array => _array;

    /// <summary>Where the unread bytes begin; while no request is under way, that is where the next one begins.</summary>
    public readonly int Start => _start;

    public readonly int UnreadLength => _end - _start;

    public readonly ReadOnlySpan<byte> Unread => _array.AsSpan(_start, _end - _start);

    /// <summary>
    /// Free space behind the unread bytes, enough that reading into it is worth its cost. Makes room by moving or growing.
    /// </summary>
    public Memory<byte> GetFreeSpace()
    {
        int floor = _hasRequest ? _headEnd : 0;
        if (_start == _end) _start = _end = floor;

        if (_array.Length - _end < MinFreeSpace && _start > floor) MoveTo(floor);
        if (_array.Length - _end < MinFreeSpace) Grow();

        return _array.AsMemory(_end);
    }

    /// <summary>Bytes were received into <see cref="GetFreeSpace"/>.</summary>
    public void Received(int count) => _end += count;

    /// <summary>Unread bytes were used.</summary>
    public void Consume(int count) => _start += count;

    /// <summary>
    /// A whole head has been parsed: it is no longer unread, and stays in its place until <see cref="EndRequest"/>.
    /// </summary>
    public void BeginRequest(int headLength)
    {
        _start += headLength;
        _headEnd = _start;
        _hasRequest = true;
    }

    public void EndRequest() => _hasRequest = false;

    /// <summary>Gives the array back. Nothing may be unread.</summary>
    public void Release()
    {
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        Abandon();
    }

    /// <summary>Forgets the array without giving it back: an operation may still hold it.</summary>
    public void Abandon()
    {
        _array = [];
        _start = _end = 0;
        _hasRequest = false;
    }

    private void MoveTo(int floor)
    {
        Unread.CopyTo(_array.AsSpan(floor));
        _end -= _start - floor;
        _start = floor;
    }

    private void Grow()
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(InitialSize, _array.Length * 2));
        _array.AsSpan(0, _end).CopyTo(larger);

        // A handler may hold spans of the old array while a request is under way: then the collector takes it, not the pool.
        if (_array.Length > 0 && !_hasRequest) ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
