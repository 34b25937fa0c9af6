using System.Net.Security;
using System.Security.Authentication;

namespace Pwb.Fuzz.Running;

/// <summary>How clients ask for TLS.</summary>
internal static class TlsClient
{
    public static SslClientAuthenticationOptions Options(SslProtocols protocols) => new()
    {
        TargetHost = "localhost",
        EnabledSslProtocols = protocols,
        RemoteCertificateValidationCallback = static (_, _, _, _) => true, // it signs itself
    };
}
