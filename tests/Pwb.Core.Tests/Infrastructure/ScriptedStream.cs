using System.Buffers;

namespace Pwb.Tests.Infrastructure;

/// <summary>
/// The server's end of a connection, in memory. The test plays the peer: it gives segments, each delivered by a read of its
/// own, then ends the input or leaves the server waiting; it sees what was written, and may accept it slowly or break.
/// </summary>
internal sealed partial class ScriptedStream : Stream
{
    private readonly Lock _gate = new();
    private readonly Queue<ReadOnlyMemory<byte>> _input = new();
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly Signal _inputChanged = new();
    private readonly Signal _windowChanged = new();
    private readonly Signal _observable = new(); // whatever a test may be waiting for
    private ReadOnlyMemory<byte> _current; // the segment that is being read
    private long _readFailsAt = long.MaxValue;
    private long _writeFailsAt = long.MaxValue;
    private long _window = long.MaxValue;
    private bool _inputEnded;
    private bool _disposed;
    private int _waitingReads;
    private int _waitingWrites;
    private int _waitingWakes;

    /// <summary>Every read and write yields first, so that none completes synchronously.</summary>
    public bool AlwaysAsynchronous { get; init; }

    public int WriteCount { get; private set; }

    public int DisposeCount { get; private set; }

    public long BytesRead { get; private set; }

    /// <summary>How many bytes the peer has sent that the server has not read.</summary>
    public long BytesUnread { get { lock (_gate) return _current.Length + _input.Sum(segment => (long)segment.Length); } }

    public byte[] Output { get { lock (_gate) return _output.WrittenSpan.ToArray(); } }

    public override bool CanRead => !_disposed;

    public override bool CanSeek => false;

    public override bool CanWrite => !_disposed;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Delivers one segment; an empty one is ignored, as it could not be told from the end.</summary>
    public ScriptedStream Give(ReadOnlyMemory<byte> segment)
    {
        lock (_gate)
        {
            if (segment.IsEmpty) return this;
            _input.Enqueue(segment);
            WakeReads();
        }

        return this;
    }

    public ScriptedStream Give(string latin1) => Give(Latin1.Bytes(latin1));

    /// <summary>The peer sends FIN after what was given.</summary>
    public ScriptedStream EndInput()
    {
        lock (_gate)
        {
            _inputEnded = true;
            WakeReads();
        }

        return this;
    }

    /// <summary>The connection is reset when the server has read so many bytes and asks for more.</summary>
    public ScriptedStream FailReadsAt(long offset)
    {
        lock (_gate)
        {
            _readFailsAt = offset;
            WakeReads();
        }

        return this;
    }

    /// <summary>The connection is reset when so many bytes were written: these are recorded, the rest is not.</summary>
    public ScriptedStream FailWritesAt(long offset)
    {
        lock (_gate)
        {
            _writeFailsAt = offset;
            _windowChanged.Set();
        }

        return this;
    }

    /// <summary>The peer takes so many bytes in all and then stops reading, until the window is set again.</summary>
    public ScriptedStream SetWindow(long totalBytes)
    {
        lock (_gate)
        {
            _window = totalBytes;
            _windowChanged.Set();
        }

        return this;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        if (!AlwaysAsynchronous)
            lock (_gate)
                if (TryRead(buffer.Span, out int count)) return new ValueTask<int>(count);
        return ReadSlowlyAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        lock (_gate)
        {
            WriteCount++;
            if (!AlwaysAsynchronous && TryWrite(ref buffer)) return ValueTask.CompletedTask;
        }

        return WriteSlowlyAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Task.CompletedTask;
    }

    public override void Flush() => ObjectDisposedException.ThrowIf(_disposed, this);

    // A server that blocks a thread on its peer is a defect, so there is nothing synchronous here.
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read asynchronously");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write asynchronously");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            DisposeCount++;
            _disposed = true;
            WakeReads();
            _windowChanged.Set();
            _observable.Set();
        }

        base.Dispose(disposing);
    }

    private void WakeReads()
    {
        _waitingWakes = _waitingReads; // a read that was woken but has not run yet is not idle
        _inputChanged.Set();
    }

    private async ValueTask<int> ReadSlowlyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (AlwaysAsynchronous) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            TaskCompletionSource changed;
            lock (_gate)
            {
                if (TryRead(buffer.Span, out int count)) return count;
                changed = _inputChanged.Next;
                _waitingReads++;
                _observable.Set();
            }

            try
            {
                await changed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                lock (_gate)
                {
                    _waitingReads--;
                    if (_waitingWakes > 0) _waitingWakes--;
                }
            }
        }
    }

    private async ValueTask WriteSlowlyAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        if (AlwaysAsynchronous) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            TaskCompletionSource changed;
            lock (_gate)
            {
                if (TryWrite(ref buffer)) return;
                changed = _windowChanged.Next;
                _waitingWrites++;
                _observable.Set();
            }

            try
            {
                await changed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                lock (_gate) _waitingWrites--;
            }
        }
    }

    // False when the read has to wait. A read into an empty buffer waits as any other, and takes nothing.
    private bool TryRead(Span<byte> buffer, out int count)
    {
        count = 0;
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (BytesRead >= _readFailsAt) throw new IOException("The peer has reset the connection.");
        if (_current.IsEmpty && !_input.TryDequeue(out _current)) return _inputEnded;
        if (buffer.IsEmpty) return true;
        count = (int)Math.Min(Math.Min(_current.Length, buffer.Length), _readFailsAt - BytesRead);
        _current.Span[..count].CopyTo(buffer);
        _current = _current[count..];
        BytesRead += count;
        return true;
    }

    // False when the write has to wait; what was taken is cut off the buffer.
    private bool TryWrite(ref ReadOnlyMemory<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int count = (int)Math.Min(buffer.Length, Math.Max(0, Math.Min(_window, _writeFailsAt) - _output.WrittenCount));
        _output.Write(buffer.Span[..count]);
        buffer = buffer[count..];
        _observable.Set();
        if (buffer.IsEmpty) return true;
        if (_output.WrittenCount >= _writeFailsAt) throw new IOException("The peer has reset the connection.");
        return false;
    }
}
