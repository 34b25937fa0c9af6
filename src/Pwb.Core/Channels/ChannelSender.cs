using System.Runtime.CompilerServices;
using Pwb.Time;
using Pwb.Transports;

namespace Pwb.Channels;

/// <summary>
/// The sending half of a channel: gathers pending bytes, and sends them within a deadline. One operation at a time. Members are
/// for the connection's loop unless they say otherwise.
/// </summary>
/// <param name="transport">The stream.</param>
/// <param name="context">The state that all channels of a server share.</param>
internal sealed class ChannelSender(Transport transport, ChannelContext context)
{
    // Large content goes out in slices of this size. Each slice is progress.
    private const int SliceSize = 64 * 1024;

    private const int RecordSize = 16 * 1024;

    // Where the system reports progress, a slice only has to fit into the system's own count.
    private const int WatchedSliceSize = 1024 * 1024 * 1024;

    private SendBuffer _pending = new();
    private Deadline _deadline; // a second deadline: content may be received while a response is being sent

    // For the current response: the bytes sent, the time spent waiting for the client, and the bytes acknowledged at the first
    // look.
    private long _sent;
    private long _waited;
    private long _waitStart;
    private long _firstAcknowledged = -1;
    private long _lastAcknowledged = -1;
    private bool _mayHoldPending;

    /// <summary>The bytes that the next send takes.</summary>
    public ref SendBuffer Pending => ref _pending;

    /// <summary>The time by which the client has to take the bytes being sent. The heartbeat may change it too.</summary>
    public ref Deadline Deadline => ref _deadline;

    /// <summary>
    /// The greatest number of bytes gathered for one write. A TLS session sends one record of 16 KiB at a time, so more bytes
    /// would only wait here for a slow client.
    /// </summary>
    public int MaxPending => transport.IsSecure ? RecordSize : SendBuffer.MaxLength;

    /// <summary>Content up to this size is gathered with the pending bytes. Larger content is sent from its own memory.</summary>
    public int MaxGathered => transport.IsSecure ? RecordSize / 2 : RecordSize;

    /// <summary>The best size of pieces that are read to be sent.</summary>
    public int PieceLength => transport.IsSecure ? RecordSize : SliceSize;

    /// <summary>Whether <see cref="SendFileAsync"/> works.</summary>
    public bool CanSendFiles => transport.CanSendFiles;

    /// <summary>
    /// The number of sends so far. While it is unchanged, nothing appended since is on the wire, and the caller may truncate.
    /// </summary>
    public int SendCount { get; private set; }

    /// <summary>The first exception of a send, or null. Every later send fails with it: the client is gone.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Begins a response, and restarts the measurement of the client's rate.</summary>
    public void BeginResponse()
    {
        _sent = _waited = 0;
        Volatile.Write(ref _firstAcknowledged, -1);
    }

    /// <summary>Sends pending bytes, if there are any.</summary>
    public ValueTask FlushAsync() => _pending.Length == 0 ? default : WriteAsync(_pending.Pending);

    /// <summary>Sends pending bytes, and then these bytes without copying them.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_pending.Length > 0 && bytes.Length >= 2 * MaxPending)
        {
            // A packet of its own for the head would cost the client another reception.
            int joined = Math.Max(0, MaxPending - _pending.Length);
            _pending.Append(bytes.Span[..joined]);
            bytes = bytes[joined..];
            await FlushAsync().ConfigureAwait(false);
            _pending.Release();
        }

        await FlushAsync().ConfigureAwait(false);
        int sliceSize = bytes.Length <= SliceSize ? SliceSize : FindSliceSize();
        while (!bytes.IsEmpty)
        {
            int slice = Math.Min(sliceSize, bytes.Length);
            await WriteAsync(bytes[..slice]).ConfigureAwait(false);
            bytes = bytes[slice..];
        }
    }

    /// <summary>Sends pending bytes, and then a part of a file without copying it.</summary>
    /// <exception cref="IOException">The file cannot be read or ends early, or the client is gone.</exception>
    public async ValueTask SendFileAsync(FileStream file, long offset, long count)
    {
        int sliceSize = FindSliceSize();
        for (long sent = 0; sent < count;)
        {
            int slice = (int)Math.Min(sliceSize, count - sent);
            ReadOnlyMemory<byte> pending = _pending.Pending;
            long start = BeginWrite();
            int taken;
            try
            {
                taken = await transport.SendFileAsync(pending, file, offset + sent, slice).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is ConnectionLostException || transport.IsEnded)
            {
                Failure = exception; // any other exception is the file's
                throw;
            }
            finally
            {
                _deadline.End();
            }

            EndWrite(start, pending.Length + taken);
            _pending.Truncate(0);
            if (taken < slice)
                throw new IOException($"The file has become shorter: {sent + taken} bytes of {count} were left at {offset}.");
            sent += taken;
        }
    }

    /// <summary>Sends FIN.</summary>
    public async ValueTask ShutdownAsync()
    {
        long start = BeginWrite();
        try
        {
            await transport.ShutdownSendAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Failure = exception;
            throw;
        }
        finally
        {
            _deadline.End();
        }

        EndWrite(start, 0);
    }

    /// <summary>
    /// Looks for progress of a waiting write. Called by the heartbeat. A write completes all at once; the client's
    /// acknowledgements, where the system knows them, show its progress.
    /// </summary>
    public void WatchProgress()
    {
        long acknowledged = transport.GetAcknowledgedBytes();
        if (acknowledged < 0) return;

        bool isFirstLook = Volatile.Read(ref _firstAcknowledged) < 0;
        if (isFirstLook) Volatile.Write(ref _firstAcknowledged, acknowledged);
        if (!isFirstLook && acknowledged > _lastAcknowledged)
        {
            long waiting = context.Clock.Now - Volatile.Read(ref _waitStart);
            _deadline.Extend(Wait.Response, SendDueAt(acknowledged - Volatile.Read(ref _firstAcknowledged), _waited + waiting));
        }

        _lastAcknowledged = acknowledged;
    }

    /// <summary>Returns the buffer's array to its pool.</summary>
    /// <param name="isTainted">Whether user code may still hold the array. The garbage collector gets it then.</param>
    public void ReleaseBuffer(bool isTainted)
    {
        if (isTainted || _mayHoldPending) _pending.Abandon();
        else _pending.Release();
    }

    /// <summary>Sends all pending bytes, or other bytes when none are pending.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        long start = BeginWrite();
        try
        {
            // No token: a write that was cancelled half-way cannot be continued, so only an abort ends it.
            await transport.Stream.WriteAsync(bytes, CancellationToken.None).ConfigureAwait(false);
            await transport.Stream.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Failure = exception;
            throw;
        }
        finally
        {
            _deadline.End();
        }

        EndWrite(start, bytes.Length);
        _pending.Truncate(0);
    }

    private int FindSliceSize() => transport.GetAcknowledgedBytes() < 0 ? SliceSize : WatchedSliceSize;

    private long BeginWrite()
    {
        if (Failure is { } failure) throw new IOException(failure.Message, failure);
        SendCount++;
        _mayHoldPending = true; // until it has succeeded
        long start = context.Clock.Now;
        Volatile.Write(ref _waitStart, start);
        _deadline.Begin(Wait.Response, SendDueAt(_sent, _waited));
        return start;
    }

    private void EndWrite(long start, long count)
    {
        _waited += context.Clock.Now - start;
        _sent += count;
        _mayHoldPending = false;
    }

    /// <summary>The deadline of a wait that starts now: the client makes no progress, or its overall rate is too low.</summary>
    private long SendDueAt(long progress, long waited)
    {
        long dueAt = context.Clock.After(context.Limits.ResponseTimeout);
        return context.Limits.MinResponseRate == 0
            ? dueAt
            : Math.Min(dueAt, dueAt + (progress * 1000 / context.Limits.MinResponseRate) - waited);
    }
}
