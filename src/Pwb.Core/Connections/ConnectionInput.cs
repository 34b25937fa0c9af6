using System.Runtime.CompilerServices;
using Pwb.Protocol;

namespace Pwb.Connections;

/// <summary>Receives a request's content, within its deadlines.</summary>
internal sealed class ConnectionInput(HttpConnection connection, ConnectionContext context)
{
    private ReceiveBuffer _buffer = new();
    private long _contentReceived;
    private long _contentWaited;
    private bool _isReceiving;

    public ref ReceiveBuffer Buffer => ref _buffer;

    /// <summary>Whether the client has sent its FIN. Its requests are at an end, but it can still read responses.</summary>
    public bool IsAtEnd { get; set; }

    /// <summary>Whether receiving has failed: the client is gone.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether somebody still waits for content.</summary>
    public bool IsReceiving => _isReceiving;

    public void BeginContent()
    {
        _contentReceived = 0;
        _contentWaited = 0;
    }

    /// <summary>Receives content, or framing of it, for a handler: <see cref="PwbServerLimits.MinContentRate"/> applies.</summary>
    /// <returns>The number of bytes; 0 when the client has sent its FIN.</returns>
    /// <exception cref="RequestRejectedException">The client was too slow.</exception>
    public ValueTask<int> ReceiveContentAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
        ReceiveAsync(destination, Wait.Content, ContentDueAt(), cancellationToken);

    /// <summary>Receives bytes that are waited for until a certain time.</summary>
    /// <returns>The number of bytes; 0 when the client has sent its FIN.</returns>
    /// <exception cref="RequestRejectedException">The time was up.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> destination, Wait wait, long dueAt, CancellationToken cancellationToken)
    {
        if (_isReceiving) throw new InvalidOperationException("The content is being read already.");

        _isReceiving = true;
        long start = context.Clock.Now;
        int count;
        connection.BeginWait(wait, dueAt);
        try
        {
            count = await connection.Stream.ReadAsync(destination, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (connection.EndWait(wait))
            {
                HasFailed = exception is not OperationCanceledException;
                throw;
            }

            throw new RequestRejectedException(Rejection.ContentTimeout);
        }
        finally
        {
            _isReceiving = false;
        }

        if (!connection.EndWait(wait)) throw new RequestRejectedException(Rejection.ContentTimeout);
        _contentWaited += context.Clock.Now - start;
        _contentReceived += count;
        IsAtEnd = count == 0 && !destination.IsEmpty;
        return count;
    }

    private long ContentDueAt()
    {
        long dueAt = context.Clock.After(context.Limits.ContentTimeout);
        if (context.Limits.MinContentRate == 0) return dueAt;

        // Kestrel's rule: slow is whoever has taken longer than the bytes so far excuse, once the grace is used up.
        long excused = _contentReceived * 1000 / context.Limits.MinContentRate;
        return Math.Min(dueAt, context.Clock.After(context.Limits.ContentRateGracePeriod) + excused - _contentWaited);
    }
}
