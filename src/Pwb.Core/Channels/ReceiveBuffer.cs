using System.Buffers;

namespace Pwb.Channels;

/// <summary>
/// The received bytes that have not been used. The buffer rents its array when there is something to receive, and returns it when
/// nothing is left. The head of the current request stays in place, since spans point into it. A struct, because each object of
/// an idle connection counts.
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

    /// <summary>The start of the unread bytes; between requests, the start of the next one.</summary>
    public readonly int Start => _start;

    public readonly int UnreadLength => _end - _start;

    public readonly ReadOnlySpan<byte> Unread => _array.AsSpan(_start, _end - _start);

    /// <summary>Free space behind the unread bytes, large enough to be worth a read. Makes room by moving or growing.</summary>
    public Memory<byte> GetFreeSpace()
    {
        int floor = _hasRequest ? _headEnd : 0;
        if (_start == _end) _start = _end = floor;

        if (_array.Length - _end < MinFreeSpace && _start > floor) MoveTo(floor);
        if (_array.Length - _end < MinFreeSpace) Grow();

        return _array.AsMemory(_end);
    }

    /// <summary>Adds bytes that were received into <see cref="GetFreeSpace"/>.</summary>
    public void Received(int count) => _end += count;

    /// <summary>Removes unread bytes that were used.</summary>
    public void Consume(int count) => _start += count;

    /// <summary>Marks a parsed head as read. It stays in its place until <see cref="EndRequest"/>.</summary>
    public void BeginRequest(int headLength)
    {
        _start += headLength;
        _headEnd = _start;
        _hasRequest = true;
    }

    public void EndRequest() => _hasRequest = false;

    /// <summary>Returns the array to its pool. Nothing may be unread.</summary>
    public void Release()
    {
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        Abandon();
    }

    /// <summary>Forgets the array without returning it, since an operation may still hold it.</summary>
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

        // A handler may hold spans of the old array while a request is under way. The garbage collector gets it then.
        if (_array.Length > 0 && !_hasRequest) ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
