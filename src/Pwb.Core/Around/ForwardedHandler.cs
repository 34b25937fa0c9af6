using System.Net;
using System.Text;
using Pwb.Around;
using Pwb.Handlers;
using Pwb.Protocol;

namespace Pwb;

/// <summary>
/// Finds the client of a request behind proxies. <see cref="ForwardedRequest.Of"/> tells it to the inner handler. The handler
/// trusts proxies by their addresses, from the server outwards: the first address that is not listed is the client. Anything
/// before it in the field is ignored.
/// </summary>
/// <example><code>IRequestHandler handler = new ForwardedHandler([IPNetwork.Parse("10.0.0.0/24")], inner);</code></example>
public sealed class ForwardedHandler : IRequestHandler, IBorrowingHandler
{
    private readonly IPNetwork[] _proxies;
    private readonly IRequestHandler _inner;
    private readonly ForwardedFields _fields;
    private readonly bool _takesHost;
    private readonly bool _trustsUnixSockets;

    /// <summary>Makes the handler.</summary>
    /// <param name="proxies">
    /// The networks of the proxies, without those of clients: a listed address may claim any client. 127.0.0.0/8 and ::1/128 are
    /// a proxy on this machine; clients must then reach no other program on it. A loopback address that the PROXY protocol or a
    /// field told counts only if a proxy on this machine told it: over loopback or a Unix domain socket.
    /// </param>
    /// <param name="inner">The handler that asks for the client.</param>
    /// <param name="fields">The fields that the proxies write. Those of the other kind are ignored, since clients can write them.
    /// Default XForwarded.</param>
    /// <param name="takesHost">
    /// Whether the host is taken too. Default false: many proxies pass on the client's own field. True is for proxies that set
    /// it.
    /// </param>
    /// <param name="trustsUnixSockets">
    /// Whether everybody who may connect to a Unix domain socket counts as listed; the list may then be empty. Default false: a
    /// peer there has no address, so it is not believed. True is for a proxy in front at <see cref="ServerEndPoint.Unix"/>,
    /// whose mode lets no client connect.
    /// </param>
    /// <exception cref="ArgumentException">No proxy is listed, or all the world is (a prefix of length 0).</exception>
    public ForwardedHandler(
        IReadOnlyList<IPNetwork> proxies,
        IRequestHandler inner,
        ForwardedFields fields = ForwardedFields.XForwarded,
        bool takesHost = false,
        bool trustsUnixSockets = false)
    {
        ArgumentNullException.ThrowIfNull(proxies);
        ArgumentNullException.ThrowIfNull(inner);
        if (proxies.Count == 0 && !trustsUnixSockets) throw new ArgumentException("No proxy is listed.", nameof(proxies));
        if (proxies.Any(network => network.PrefixLength == 0))
            throw new ArgumentException("Every client would be believed.", nameof(proxies));
        _proxies = [.. proxies];
        _inner = inner;
        _fields = fields;
        _takesHost = takesHost;
        _trustsUnixSockets = trustsUnixSockets;
    }

    /// <inheritdoc/>
    public bool NeverBlocks => _inner.NeverBlocks;

    /// <inheritdoc/>
    bool IBorrowingHandler.Borrows => Inner.Borrows(_inner);

    /// <inheritdoc/>
    public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Connection.RemoteEndPoint is IPEndPoint peer)
        {
            IPAddress address = ForwardedHop.Plain(peer.Address);
            if (IsProxy(address, IsOnThisMachine(request.Connection.ProxyEndPoint)))
                ForwardedRequest.Set(request, Find(request, address));
        }
        else if (_trustsUnixSockets && request.Connection.RemoteEndPoint is UnixPeerEndPoint)
            ForwardedRequest.Set(request, Find(request, peer: null));

        return _inner.HandleAsync(request, cancellationToken);
    }

    private static bool IsHost(string host) => Authority.IsValid(Encoding.Latin1.GetBytes(host));

    private static bool IsOnThisMachine(EndPoint? teller) =>
        teller is null or UnixPeerEndPoint
        || (teller is IPEndPoint proxy && IPAddress.IsLoopback(ForwardedHop.Plain(proxy.Address)));

    // A loopback address in a PROXY header or in a field is of the machine of the proxy that wrote it. The list speaks of the
    // server's.
    private bool IsProxy(IPAddress address, bool isToldHere) =>
        (isToldHere || !IPAddress.IsLoopback(address)) && Array.Exists(_proxies, network => network.Contains(address));

    private ForwardedRequest Find(HttpRequest request, IPAddress? peer)
    {
        List<ForwardedHop>? hops = _fields == ForwardedFields.XForwarded
            ? ForwardedHop.ReadXForwarded(request.Headers)
            : ForwardedHop.ReadForwarded(request.Headers);

        IPAddress? client = hops is null ? null : peer;
        bool isHere = peer is null || IPAddress.IsLoopback(peer); // whether the proxy that wrote the hop is on this machine
        string scheme = request.Scheme, host = request.Host;
        for (int i = (hops?.Count ?? 0) - 1; i >= 0; i--)
        {
            // This was written by a proxy that is believed.
            ForwardedHop hop = hops![i];
            client = hop.Address;
            if (hop.Scheme?.ToLowerInvariant() is "https" or "http") scheme = hop.Scheme.ToLowerInvariant();
            if (_takesHost && hop.Host is { } name && IsHost(name)) host = name;
            if (client is null || !IsProxy(client, isHere)) break;
            isHere = IPAddress.IsLoopback(client);
        }

        return new ForwardedRequest { Client = client, Scheme = scheme, Host = host };
    }
}
