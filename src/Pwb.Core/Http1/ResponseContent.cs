using System.Buffers.Text;
using Pwb.Channels;
using Pwb.Model;
using Pwb.Protocol;
using Pwb.Threads;

namespace Pwb.Http1;

/// <summary>
/// Takes the content of one response from its body, frames it, and ensures its exact length. User code holds the stream, so every
/// operation passes its gate: a concurrent operation, or one after the end, throws before it touches anything.
/// </summary>
/// <param name="channel">The connection.</param>
/// <param name="framing">How the end of the content is marked.</param>
/// <param name="length">The declared length, or null.</param>
/// <param name="isPushed">Whether each write is sent at once.</param>
/// <param name="isDiscarded">Whether nothing is sent, as in a response to HEAD.</param>
/// <param name="time">The clock that measures silence.</param>
/// <param name="requestToken">
/// The body's token. It ends no write: a client that has sent FIN may still read, and a write to a client that is gone fails by
/// itself.
/// </param>
internal sealed class ResponseContent(
    Channel channel, ContentFraming framing, long? length, bool isPushed, bool isDiscarded, TimeProvider time,
    CancellationToken requestToken) : ForwardStream, IFileSink
{
    private Gate _gate;
    private volatile bool _isMisused; // a body that swallows the exception does not make its content complete
    private bool _isTooLong;
    private QuietFlush? _quietFlush;
    private TaskCompletionSource? _ownFlush;

    /// <summary>Bytes of content written so far.</summary>
    public long Written { get; private set; }

    public override bool CanWrite => !_gate.IsClosed;

    public override long Position
    {
        get => Written;
        set => throw new NotSupportedException();
    }

    public bool CanSendFiles => channel.Sender.CanSendFiles && framing == ContentFraming.Sized && !isDiscarded;

    public int PieceLength => channel.Sender.PieceLength;

    /// <summary>Closes the content after the body has returned.</summary>
    /// <returns>False if a write or a flush of the body is still under way. The connection is then lost.</returns>
    public async ValueTask<bool> CloseToUserAsync()
    {
        _quietFlush?.Dispose();
        bool isFree = _gate.Close(out bool isOwn);
        if (isOwn) await _ownFlush!.Task.ConfigureAwait(false);
        return isFree;
    }

    /// <summary>Ends the content of a body that has written everything.</summary>
    /// <param name="trailers">The trailer section. It is sent behind chunked content only: RFC 9110 §6.5.</param>
    /// <exception cref="ArgumentException">A trailer field is not valid.</exception>
    /// <exception cref="InvalidOperationException">
    /// The body has written less than it declared, tried to write more, or wrote concurrently.
    /// </exception>
    public void Complete(IReadOnlyList<(string Name, string Value)> trailers)
    {
        if (_isMisused) throw new InvalidOperationException("The body wrote, or flushed, twice at once.");
        if (length > Written)
            throw new InvalidOperationException($"The body said that it has {length} bytes, and wrote {Written}.");
        if (_isTooLong) throw new InvalidOperationException($"The body said that it has {length} bytes, and wrote more.");
        if (framing != ContentFraming.Chunked || isDiscarded) return;

        foreach ((string name, string value) in trailers) ResponseHead.CheckTrailer(name, value);
        channel.Sender.Pending.Append("0\r\n"u8);
        foreach ((string name, string value) in trailers)
            channel.Sender.Pending.Append(ResponseHead.RenderField(name, value));
        channel.Sender.Pending.Append("\r\n"u8);
    }

    // Not pooled: user code that awaits its task twice would return a pooled one twice, and others would share it.
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!TryEnter(cancellationToken)) await EnterAsync().ConfigureAwait(false);
        CancellationTokenRegistration abort = AbortOn(cancellationToken);
        try
        {
            if (buffer.IsEmpty) return; // a chunk of no bytes would end the content
            Count(buffer.Length);
            if (isDiscarded) return;
            if (framing == ContentFraming.Chunked) AppendChunkSize(buffer.Length);
            if (buffer.Length <= channel.Sender.MaxGathered)
            {
                if (channel.Sender.Pending.Length + buffer.Length > channel.Sender.MaxPending)
                    await channel.Sender.FlushAsync().ConfigureAwait(false);
                channel.Sender.Pending.Append(buffer.Span);
            }
            else
            {
                await channel.Sender.SendAsync(buffer).ConfigureAwait(false);
            }

            if (framing == ContentFraming.Chunked) channel.Sender.Pending.Append("\r\n"u8);
            if (isPushed) await channel.Sender.FlushAsync().ConfigureAwait(false);
            else if (channel.Sender.Pending.Length > 0) (_quietFlush ??= new QuietFlush(FlushOwnAsync, time)).Written();
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && exception is not InvalidOperationException)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        catch (Exception exception) when (_gate.IsClosed)
        {
            throw LeftRunning(exception);
        }
        finally
        {
            await abort.DisposeAsync().ConfigureAwait(false);
            _gate.Leave();
        }
    }

    public async ValueTask SendFileAsync(FileStream file, long offset, long count)
    {
        if (!TryEnter(CancellationToken.None)) await EnterAsync().ConfigureAwait(false);
        try
        {
            Count(count);
            await channel.Sender.SendFileAsync(file, offset, count).ConfigureAwait(false);
        }
        finally
        {
            _gate.Leave();
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (!TryEnter(cancellationToken)) await EnterAsync().ConfigureAwait(false);
        CancellationTokenRegistration abort = AbortOn(cancellationToken);
        try
        {
            await channel.Sender.FlushAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        catch (Exception exception) when (_gate.IsClosed)
        {
            throw LeftRunning(exception);
        }
        finally
        {
            await abort.DisposeAsync().ConfigureAwait(false);
            _gate.Leave();
        }
    }

    // What it works on has been given up meanwhile, so it may have failed in any way.
    private static ObjectDisposedException LeftRunning(Exception exception) =>
        new("The body ended while it was still writing.", exception);

    private bool TryEnter(CancellationToken token)
    {
        if (token != requestToken) token.ThrowIfCancellationRequested();
        return _gate.TryEnter();
    }

    private async ValueTask EnterAsync()
    {
        while (!_gate.TryEnter())
        {
            ObjectDisposedException.ThrowIf(_gate.IsClosed, this);
            if (_gate.IsOwn) await _ownFlush!.Task.ConfigureAwait(false);
            if (!_gate.IsBusy) continue;

            _isMisused = true;
            throw new InvalidOperationException("The body is writing, or flushing, already: await each write before the next.");
        }
    }

    // The task exists before the gate shows the operation, and completes in any case, so that nobody waits in vain.
    private async ValueTask<bool> FlushOwnAsync()
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _ownFlush = ended;
        bool isEntered = _gate.TryEnterOwn();
        try
        {
            if (isEntered) await channel.Sender.FlushAsync().ConfigureAwait(false);
            return isEntered;
        }
        finally
        {
            if (isEntered) _gate.LeaveOwn();
            ended.SetResult();
        }
    }

    // A write that was cancelled half-way cannot be continued, so a token of the caller's own ends the connection.
    private CancellationTokenRegistration AbortOn(CancellationToken token) => token.CanBeCanceled && token != requestToken
        ? token.UnsafeRegister(static channel => ((IChannelControl)channel!).Abort(), channel.Control)
        : default;

    private void Count(long count)
    {
        if (length - Written < count)
        {
            _isTooLong = true;
            throw new InvalidOperationException($"The body said that it has {length} bytes, and writes more.");
        }

        Written += count;
    }

    private void AppendChunkSize(int size)
    {
        Span<byte> destination = channel.Sender.Pending.GetSpan(10); // eight digits and CRLF
        Utf8Formatter.TryFormat(size, destination, out int digits, 'x');
        "\r\n"u8.CopyTo(destination[digits..]);
        channel.Sender.Pending.Advance(digits + 2);
    }
}
