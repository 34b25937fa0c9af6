namespace Pwb;

/// <summary>
/// Whatever yields connections: a tunnel, a virtual socket, a test. <see cref="ServerEndPoint.Over"/> makes an end point of it,
/// whose connections are counted, limited, served and ended as those of a port. It belongs to its owner: the server never
/// disposes it, and asks again after it was stopped and started.
/// </summary>
/// <example><code>
/// sealed class QueueListener(ChannelReader&lt;Stream&gt; streams) : IConnectionListener
/// {
///     public async ValueTask&lt;AcceptedConnection?&gt; AcceptAsync(CancellationToken cancellationToken) =>
///         new(await streams.ReadAsync(cancellationToken));
/// }
/// </code></example>
public interface IConnectionListener
{
    /// <summary>
    /// Waits for the next connection. One thread calls it, one call at a time. Its exceptions are logged, at most every five
    /// seconds, and it is called again ever more slowly, up to once a second.
    /// </summary>
    /// <param name="cancellationToken">Cancelled when the server stops, which does not wait for an answer.</param>
    /// <returns>The connection, which the server takes over; null if there will be no other.</returns>
    ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellationToken);
}
