using System.Net;

namespace Pwb;

/// <summary>A connection that an <see cref="IConnectionListener"/> has accepted.</summary>
/// <example><code>
/// AcceptedConnection connection = new(stream) { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 50123) };
/// </code></example>
public sealed class AcceptedConnection
{
    /// <summary>Makes one.</summary>
    /// <param name="stream">Requests are read from it and responses written to it. The server disposes it.</param>
    /// <exception cref="ArgumentException">The stream cannot be read and written.</exception>
    public AcceptedConnection(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanWrite)
            throw new ArgumentException("The stream cannot be read and written.", nameof(stream));
        Stream = stream;
    }

    /// <summary>Both directions of the connection.</summary>
    public Stream Stream { get; }

    /// <summary>The client, for <see cref="HttpConnectionInfo.RemoteEndPoint"/> and logs. Default null: not known.</summary>
    public EndPoint? RemoteEndPoint { get; init; }
}
