using System.Diagnostics.CodeAnalysis;

namespace Pwb.InMemory;

/// <summary>
/// One direction of a connection in memory: bytes that one end has written and the other has not read, and the state of both
/// ends. As in TCP, a writer waits for a slow reader. After the last byte the reader sees an end, or an error after a reset.
/// </summary>
/// <remarks>
/// A System.IO.Pipelines.Pipe would need as much around it: its ends must not be completed while the other thread still reads or
/// writes.
/// </remarks>
internal sealed class MemoryPipe
{
    // A smaller version of a kernel's buffer for each direction.
    private const int Capacity = 16 * 1024;

    private readonly Lock _lock = new();
    private readonly byte[] _bytes = new byte[Capacity]; // a ring
    private int _start;
    private int _length;
    private bool _isWritten;
    private bool _isReaderGone;
    private bool _isReset;
    private TaskCompletionSource? _change;

    /// <summary>Whether there are bytes to read.</summary>
    public bool HasBytes
    {
        get
        {
            lock (_lock) return _length > 0;
        }
    }

    /// <summary>Whether everything was written and read.</summary>
    public bool IsAtEnd
    {
        get
        {
            lock (_lock) return _length == 0 && _isWritten;
        }
    }

    /// <summary>Whether the reader is closed.</summary>
    public bool IsReaderGone
    {
        get
        {
            lock (_lock) return _isReaderGone;
        }
    }

    // Completed by whatever happens next; each attempt is made anew.
    private Task NextChange => (_change ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Reads the available bytes.</summary>
    /// <param name="destination">Takes the bytes. If it is empty, there is just the wait for some.</param>
    /// <param name="count">The number of bytes; 0 at the end.</param>
    /// <param name="change">The task to wait for before the next attempt.</param>
    /// <returns>Whether there was anything, be it the end.</returns>
    /// <exception cref="IOException">The connection was reset, or closed at this end.</exception>
    public bool TryRead(Span<byte> destination, out int count, [NotNullWhen(false)] out Task? change)
    {
        lock (_lock)
        {
            change = null;
            count = Math.Min(destination.Length, _length);
            if (_isReaderGone) throw new IOException("The connection was closed at this end.");
            if (_isReset && _length == 0) throw new IOException("The connection was reset by the other end.");
            if (_length == 0 && !_isWritten)
            {
                change = NextChange;
                return false;
            }

            int first = Math.Min(count, Capacity - _start);
            _bytes.AsSpan(_start, first).CopyTo(destination);
            _bytes.AsSpan(0, count - first).CopyTo(destination[first..]);
            _start = (_start + count) % Capacity;
            _length -= count;
            if (count > 0) Changed();
            return true;
        }
    }

    /// <summary>Writes as much as there is room for.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="count">The number of written bytes.</param>
    /// <param name="change">The task to wait for before the rest is written.</param>
    /// <returns>Whether all was written.</returns>
    /// <exception cref="IOException">The other end has closed or reset the connection, or this one has.</exception>
    public bool TryWrite(ReadOnlySpan<byte> source, out int count, [NotNullWhen(false)] out Task? change)
    {
        lock (_lock)
        {
            count = Math.Min(source.Length, Capacity - _length);
            if (_isReaderGone) throw new IOException("The connection was closed by the other end.");
            if (_isWritten || _isReset) throw new IOException("The connection was closed at this end.");

            int end = (_start + _length) % Capacity;
            int first = Math.Min(count, Capacity - end);
            source[..first].CopyTo(_bytes.AsSpan(end));
            source[first..count].CopyTo(_bytes);
            _length += count;
            if (count > 0) Changed();
            change = count == source.Length ? null : NextChange;
            return change is null;
        }
    }

    /// <summary>The writer will write nothing more.</summary>
    public void EndWriting()
    {
        lock (_lock)
        {
            _isWritten = true;
            Changed();
        }
    }

    /// <summary>The reader will read nothing more.</summary>
    public void EndReading()
    {
        lock (_lock)
        {
            _isReaderGone = true;
            Changed();
        }
    }

    /// <summary>
    /// The writer gives up: the reader gets an error after the last byte. Does nothing if the writer has ended its writing.
    /// </summary>
    public void Reset()
    {
        lock (_lock)
        {
            _isReset |= !_isWritten;
            Changed();
        }
    }

    private void Changed()
    {
        _change?.SetResult();
        _change = null;
    }
}
