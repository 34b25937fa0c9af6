using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Pwb.Platform;

namespace Pwb;

/// <summary>
/// Where a server listens, for <see cref="PwbServerOptions.EndPoints"/>: an address, and whether it speaks TLS there.
/// </summary>
/// <example><code>
/// PwbServerOptions options = new() { EndPoints = [.. ServerEndPoint.Any(8080), .. ServerEndPoint.Any(8443, tls)] };
/// </code></example>
public sealed record ServerEndPoint
{
    /// <summary>Makes an end point at one address.</summary>
    /// <param name="address">An IP address with a port, of which port 0 takes a free one, or a Unix domain socket.</param>
    /// <exception cref="ArgumentException">The server cannot listen on addresses of this kind.</exception>
    public ServerEndPoint(EndPoint address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Address = address switch
        {
            IPEndPoint ip => new IPEndPoint(ip.Address, ip.Port), // a copy, since it can be changed
            UnixDomainSocketEndPoint or PipeAddress or ListenerAddress => address,
            _ => throw new ArgumentException(
                $"'{address}' is neither an IP address with a port nor a Unix domain socket.", nameof(address)),
        };
    }

    /// <summary>The address. Of a server that listens, it has the real port.</summary>
    public EndPoint Address { get; internal init; }

    /// <summary>With which certificates the end point speaks TLS. Default null: it does not.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>
    /// The mode of a Unix domain socket's file: who may write to it may connect. Default: the server's own user. It does not
    /// count on Windows, where the directory's rights do, nor for abstract names, which everybody on the machine can connect to.
    /// </summary>
    public UnixFileMode SocketMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// The networks of proxies that tell the client's address by the PROXY protocol, version 1 or 2, as HAProxy, nginx and load
    /// balancers do (haproxy.org, proxy-protocol.txt). Default null: no PROXY protocol. With a list, each connection has to come
    /// from a listed network and to begin with such a header, before TLS and within
    /// <see cref="PwbServerLimits.TlsHandshakeTimeout"/>. All others are closed unanswered. Peers without an IP address, as on
    /// Unix domain sockets, need not be listed, since the system decides who may connect.
    /// </summary>
    /// <example><code>
    /// ServerEndPoint endPoint = new(IPEndPoint.Parse("10.0.0.2:8080")) { ProxyProtocolFrom = [IPNetwork.Parse("10.0.0.1/32")] };
    /// </code></example>
    /// <exception cref="ArgumentException">
    /// The list holds all the world (a prefix of length 0), or nothing at an IP address.
    /// </exception>
    public IReadOnlyList<IPNetwork>? ProxyProtocolFrom
    {
        get;
        init
        {
            if (value is { Count: 0 } && IsIp) throw new ArgumentException("No proxy is listed.", nameof(value));
            if (value is not null && value.Any(network => network.PrefixLength == 0))
                throw new ArgumentException("Every client would be believed.", nameof(value));
            field = value is null ? null : [.. value];
        }
    }

    /// <summary>The port; 0 for a free one that is not known yet, and for end points without ports.</summary>
    public int Port => Address is IPEndPoint ip ? ip.Port : 0;

    /// <summary>Whether there is an IP address. Only those can be reached by URL.</summary>
    internal bool IsIp => Address is IPEndPoint;

    /// <summary>Whatever yields its connections, if that is not the system.</summary>
    internal IConnectionListener? ConnectionListener => (Address as ListenerAddress)?.ConnectionListener;

    /// <summary>The socket, if it listens already.</summary>
    internal Socket? Socket { get; private init; }

    internal IPEndPoint Ip => (IPEndPoint)Address;

    /// <summary>Whether only this machine can reach it.</summary>
    internal bool IsLoopback => IsIp && IPAddress.IsLoopback(Ip.Address);

    /// <summary>The scheme of the URLs that lead to it.</summary>
    internal string Scheme => Tls is null ? "http" : "https";

    /// <summary>The machine's own addresses at a port: 127.0.0.1 and, where there is one, ::1.</summary>
    /// <param name="port">The port; 0 takes a free one.</param>
    /// <param name="tls">With which certificates they speak TLS; null if they do not.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="port"/> is not within 0 to 65535.</exception>
    public static IReadOnlyList<ServerEndPoint> Loopback(int port, TlsOptions? tls = null) =>
        Both(IPAddress.Loopback, IPAddress.IPv6Loopback, port, tls);

    /// <summary>
    /// All addresses of the machine at a port: IPv4, and IPv6 where the machine has it. Everyone who reaches the machine then
    /// reaches the server.
    /// </summary>
    /// <param name="port">The port; 0 takes a free one.</param>
    /// <param name="tls">With which certificates they speak TLS; null if they do not.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="port"/> is not within 0 to 65535.</exception>
    public static IReadOnlyList<ServerEndPoint> Any(int port, TlsOptions? tls = null) =>
        Both(IPAddress.Any, IPAddress.IPv6Any, port, tls);

    /// <summary>
    /// A Unix domain socket: an end point for programs on this machine, without a port. The server makes the socket's file when
    /// it starts and removes it when it stops. It replaces a file that a crashed server has left, but never one at which another
    /// server answers.
    /// </summary>
    /// <example><code>
    /// PwbServerOptions options = new() { EndPoints = [ServerEndPoint.Unix("/run/app/http.sock")] };
    /// </code></example>
    /// <param name="path">
    /// The path of the file, of at most 107 bytes (103 on macOS). On Linux, a name that begins with NUL is in no file system: an
    /// abstract one.
    /// </param>
    /// <exception cref="ArgumentException">The path is empty or too long, or has a NUL behind its beginning.</exception>
    public static ServerEndPoint Unix(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path[0] != '\0' && path.Contains('\0', StringComparison.Ordinal)) // the system would cut it there
            throw new ArgumentException("The path of a Unix domain socket has a NUL in it.", nameof(path));
        return new ServerEndPoint(new UnixDomainSocketEndPoint(path));
    }

    /// <summary>
    /// A named pipe: an end point for programs of the same user on this machine, without a port. Other users cannot connect.
    /// Windows programs use pipes for this purpose. On other systems .NET makes a Unix domain socket of the pipe, which .NET
    /// programs find by the same name.
    /// </summary>
    /// <example><code>
    /// PwbServerOptions options = new() { EndPoints = [ServerEndPoint.NamedPipe("my-app")] };
    /// </code></example>
    /// <param name="name">
    /// The name, without <c>\\.\pipe\</c>: of at most 247 characters, and fewer where it is part of a path. No slash, backslash,
    /// colon or control character.
    /// </param>
    /// <exception cref="ArgumentException">No pipe can have this name.</exception>
    public static ServerEndPoint NamedPipe(string name) => new(new PipeAddress(name));

    /// <summary>
    /// The sockets that a supervisor listens on for this process, as systemd does for a service with a socket unit (LISTEN_PID,
    /// LISTEN_FDS, LISTEN_FDNAMES). Clients wait in their queues while the service is stopped or restarted. Empty without such
    /// sockets.
    /// </summary>
    /// <example><code>
    /// PwbServerOptions options = new() { EndPoints = ServerEndPoint.Activated() };
    /// </code></example>
    /// <param name="name">The name of the sockets (FileDescriptorName); null for all of them.</param>
    /// <exception cref="IOException">LISTEN_FDS is not a number.</exception>
    /// <exception cref="ArgumentException">A descriptor is not a listening socket.</exception>
    public static IReadOnlyList<ServerEndPoint> Activated(string? name = null) =>
        [.. InheritedSockets.Activated.Where(one => name is null || one.Name == name).Select(one => Inherited(one.Descriptor))];

    /// <summary>
    /// A socket that this process was given when it started, and that listens already. It stays open when the server stops, so
    /// that clients wait until it starts again. Children of this process do not get it. Not for Windows.
    /// </summary>
    /// <param name="descriptor">Its descriptor, such as 3.</param>
    /// <exception cref="ArgumentException">It is not that of a socket that listens, on TCP or a Unix domain socket.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is Windows.</exception>
    public static ServerEndPoint Inherited(int descriptor)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("Windows has no descriptors to inherit.");
        Socket socket = InheritedSockets.Adopt(descriptor);
        EndPoint address = socket.LocalEndPoint
            ?? throw new ArgumentException($"Descriptor {descriptor} is a socket of an unknown kind.", nameof(descriptor));
        return new ServerEndPoint(address) { Socket = socket };
    }

    /// <summary>
    /// Whatever yields connections: tunnels, virtual sockets, tests. Logs call it by its <see cref="object.ToString"/>. Requests
    /// may be for any host, unless there are <see cref="PwbServerOptions.AllowedHosts"/>.
    /// </summary>
    /// <param name="listener">Yields the connections. It stays its owner's.</param>
    public static ServerEndPoint Over(IConnectionListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        return new ServerEndPoint(new ListenerAddress(listener));
    }

    /// <summary>
    /// Reads where to listen from a text, as settings and command lines have it: <c>localhost:8080</c> is <see cref="Loopback"/>,
    /// <c>any:8080</c> <see cref="Any"/>, <c>192.0.2.7:80</c> and <c>[::1]:80</c> one address, <c>unix:/run/app.sock</c>
    /// <see cref="Unix"/> and <c>unix:@name</c> an abstract name, <c>pipe:name</c> <see cref="NamedPipe"/>, <c>fd:3</c>
    /// <see cref="Inherited"/>, and <c>activated</c> <see cref="Activated"/>. Port 0 takes a free one.
    /// </summary>
    /// <example><code>
    /// string place = Environment.GetEnvironmentVariable("MY_APP_LISTEN") ?? "localhost:8080";
    /// PwbServerOptions options = new() { EndPoints = ServerEndPoint.Parse(place) };
    /// </code></example>
    /// <param name="text">The text. The case of "localhost" and "any" does not count.</param>
    /// <param name="tls">With which certificates the end points speak TLS; null if they do not.</param>
    /// <returns>One or more; none if a supervisor that is asked for its sockets has given none.</returns>
    /// <exception cref="FormatException">The text is no place to listen; the message says which texts are.</exception>
    /// <exception cref="ArgumentException">
    /// It is one, but its path, name or descriptor is none that can be listened on; the message says why.
    /// </exception>
    /// <exception cref="IOException">It is <c>activated</c>, and LISTEN_FDS is not a number.</exception>
    /// <exception cref="PlatformNotSupportedException">
    /// The system has no Unix domain sockets, or is Windows, which gives a process no sockets to inherit.
    /// </exception>
    public static IReadOnlyList<ServerEndPoint> Parse(string text, TlsOptions? tls = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EndPointText.Read(text) switch
        {
            { Kind: PlaceKind.Loopback, Number: int port } => Loopback(port, tls),
            { Kind: PlaceKind.Any, Number: int port } => Any(port, tls),
            { Address: { } address, Number: int port } => [new ServerEndPoint(new IPEndPoint(address, port)) { Tls = tls }],
            { Kind: PlaceKind.Unix, Name: var path } => [Unix(path) with { Tls = tls }],
            { Kind: PlaceKind.Pipe, Name: var name } => [NamedPipe(name) with { Tls = tls }],
            { Kind: PlaceKind.Descriptor, Number: int descriptor } => [Inherited(descriptor) with { Tls = tls }],
            { Kind: PlaceKind.Activated } => [.. Activated().Select(one => one with { Tls = tls })],
            _ => throw new FormatException(
                $"'{text}' is no place to listen, such as localhost:8080, any:8443, 192.0.2.7:80, [::1]:80 or "
                    + "unix:/run/app.sock."),
        };
    }

    /// <summary>
    /// The address as logs and error messages write it: "127.0.0.1:8080", "unix:/run/app/http.sock", or "unix:@name" for an
    /// abstract name.
    /// </summary>
    public override string ToString() => Address is UnixDomainSocketEndPoint ? $"unix:{Address}" : Address.ToString()!;

    private static ServerEndPoint[] Both(IPAddress address, IPAddress address6, int port, TlsOptions? tls)
    {
        ServerEndPoint At(IPAddress own) => new(new IPEndPoint(own, port)) { Tls = tls };
        return CanBind(address6) ? [At(address), At(address6)] : [At(address)];
    }

    // Whether the machine has IPv6 is answered by no property as truly as by binding to it.
    private static bool CanBind(IPAddress address)
    {
        try
        {
            using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The address of a user's listener: its name.</summary>
    private sealed class ListenerAddress(IConnectionListener listener) : EndPoint
    {
        public IConnectionListener ConnectionListener => listener;

        public override bool Equals(object? obj) =>
            obj is ListenerAddress other && ReferenceEquals(other.ConnectionListener, listener);

        public override int GetHashCode() => RuntimeHelpers.GetHashCode(listener);

        public override string ToString() => SafeName.Of(listener);
    }
}
