using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pwb;

/// <summary>
/// The client of a Unix domain socket: the <see cref="HttpConnectionInfo.RemoteEndPoint"/> of its requests. Such a client has no
/// address, but a process and a user, as they were when it connected. The system vouches for them (SO_PEERCRED).
/// </summary>
/// <example><code>
/// bool isOwner = request.Connection.RemoteEndPoint is UnixPeerEndPoint { UserId: 1000 };
/// </code></example>
public sealed class UnixPeerEndPoint : EndPoint
{
    /// <summary>
    /// The process; null where the system does not tell (all but Linux), and 0 for a process that this one cannot see, such as
    /// one outside its container.
    /// </summary>
    public int? ProcessId { get; init; }

    /// <summary>The user; null where the system does not tell (any but Linux).</summary>
    public uint? UserId { get; init; }

    /// <inheritdoc/>
    public override AddressFamily AddressFamily => AddressFamily.Unix;

    /// <summary>The client's name in logs: "unix:pid=4711,uid=1000", or "unix:" where the system does not tell.</summary>
    public override string ToString() =>
        ProcessId is null ? "unix:" : string.Create(CultureInfo.InvariantCulture, $"unix:pid={ProcessId},uid={UserId}");
}
