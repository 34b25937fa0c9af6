using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Pwb.Model;

/// <summary>The information that a connection has about itself.</summary>
internal interface IConnectionInfo
{
    long Id { get; }

    EndPoint? RemoteEndPoint { get; }

    EndPoint? LocalEndPoint { get; }

    EndPoint? ProxyEndPoint { get; }

    bool IsSecure { get; }

    SslProtocols TlsProtocol { get; }

    X509Certificate2? ClientCertificate { get; }
}
