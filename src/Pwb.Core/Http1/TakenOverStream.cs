using Pwb.Channels;
using Pwb.Model;
using Pwb.Threads;

namespace Pwb.Http1;

/// <summary>
/// A connection that another protocol has taken over, as a stream. Bytes that came behind the request's head are read first. User
/// code holds it, so reads pass one gate and writes another: one of each may be under way.
/// </summary>
/// <param name="channel">The connection.</param>
/// <param name="requestToken">
/// The user's token. The transport itself ends reads and writes when the connection is aborted.
/// </param>
internal sealed class TakenOverStream(Channel channel, CancellationToken requestToken) : ForwardStream
{
    private Gate _reading;
    private Gate _writing;

    /// <summary>The number of bytes written so far.</summary>
    public long Written { get; private set; }

    public override bool CanRead => !_reading.IsClosed;

    public override bool CanWrite => !_writing.IsClosed;

    /// <summary>Closes the stream at the end of the protocol.</summary>
    /// <returns>False if a read or a write is still under way. The connection is then lost.</returns>
    public bool CloseToUser() => _reading.Close() & _writing.Close();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Enter(ref _reading, cancellationToken);
        try
        {
            int arrived = Math.Min(channel.Receiver.Received.UnreadLength, buffer.Length);
            if (channel.Receiver.Received.UnreadLength == 0)
                return await channel.Receiver.ReceiveRawAsync(buffer, OwnOf(cancellationToken)).ConfigureAwait(false);

            channel.Receiver.Received.Unread[..arrived].CopyTo(buffer.Span);
            channel.Receiver.Received.Consume(arrived);
            if (channel.Receiver.Received.UnreadLength == 0) channel.ReleaseBuffers();
            return arrived;
        }
        finally
        {
            _reading.Leave();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Enter(ref _writing, cancellationToken);
        CancellationToken own = OwnOf(cancellationToken);

        // A write that was cancelled half-way cannot be continued.
        CancellationTokenRegistration abort =
            own.CanBeCanceled ? own.UnsafeRegister(static state => ((IChannelControl)state!).Abort(), channel.Control) : default;
        try
        {
            channel.Sender.BeginResponse(); // each write is measured by itself, since a conversation has no rate
            await channel.Sender.SendAsync(buffer).ConfigureAwait(false);
            Written += buffer.Length;
        }
        catch (Exception exception) when (own.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, own);
        }
        finally
        {
            await abort.DisposeAsync().ConfigureAwait(false);
            _writing.Leave();
        }
    }

    private void Enter(ref Gate gate, CancellationToken token)
    {
        OwnOf(token).ThrowIfCancellationRequested();
        if (gate.TryEnter()) return;

        ObjectDisposedException.ThrowIf(gate.IsClosed, this);
        throw new InvalidOperationException(
            "Another read, or another write, is under way: await each before the next of its kind.");
    }

    private CancellationToken OwnOf(CancellationToken token) => token == requestToken ? CancellationToken.None : token;
}
