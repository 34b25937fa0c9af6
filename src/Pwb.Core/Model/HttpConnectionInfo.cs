using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Pwb.Model;

namespace Pwb;

/// <summary>
/// The connection of a request. All requests of a connection share one object, which stays valid after the connection has ended.
/// No field that a client or a proxy sends changes it.
/// </summary>
/// <example>
/// In a test: <code>
/// HttpConnectionInfo connection = new() { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 50123), IsSecure = true };
/// HttpRequest request = new("GET", "/") { Connection = connection };
/// </code>
/// </example>
public sealed class HttpConnectionInfo
{
    private readonly IConnectionInfo? _source;

    /// <summary>Makes one without a connection, to test a handler with.</summary>
    public HttpConnectionInfo()
    {
    }

    internal HttpConnectionInfo(IConnectionInfo source) => _source = source;

    /// <summary>
    /// The connection's number, which no other of its server has: the first half of a request's name in the log, "3-1". Default
    /// 0.
    /// </summary>
    public long Id
    {
        get => _source?.Id ?? field;
        init;
    }

    /// <summary>
    /// The client's address; null if the connection has none, as in memory. At an end point with
    /// <see cref="ServerEndPoint.ProxyProtocolFrom"/> it is the address that the proxy has told, if it has.
    /// </summary>
    public EndPoint? RemoteEndPoint
    {
        get => _source is null ? field : _source.RemoteEndPoint;
        init;
    }

    /// <summary>
    /// The local address that the client has connected to, also if the server listens on all addresses. Null if the connection
    /// has none, or if it was first asked for after the connection's end.
    /// </summary>
    public EndPoint? LocalEndPoint
    {
        get => _source is null ? field : _source.LocalEndPoint;
        init;
    }

    /// <summary>The address of the proxy that told the client's address by the PROXY protocol; null without one.</summary>
    public EndPoint? ProxyEndPoint
    {
        get => _source is null ? field : _source.ProxyEndPoint;
        init;
    }

    /// <summary>
    /// Whether the connection is encrypted by TLS up to this server. <see cref="HttpRequest.Scheme"/> follows from it.
    /// </summary>
    public bool IsSecure
    {
        get => _source?.IsSecure ?? field;
        init;
    }

    /// <summary>The version of TLS; <see cref="SslProtocols.None"/> without TLS.</summary>
    public SslProtocols TlsProtocol
    {
        get => _source?.TlsProtocol ?? field;
        init;
    }

    /// <summary>
    /// The client's certificate, accepted by the rules of <see cref="TlsOptions"/>; null without one. It belongs to the
    /// connection: a handler does not dispose of it.
    /// </summary>
    public X509Certificate2? ClientCertificate
    {
        get => _source is null ? field : _source.ClientCertificate;
        init;
    }

    /// <summary>
    /// The protocol of the connection: "HTTP/1.1", also for requests whose <see cref="HttpRequest.Version"/> is 1.0.
    /// </summary>
    public string Protocol { get; init; } = "HTTP/1.1";
}
