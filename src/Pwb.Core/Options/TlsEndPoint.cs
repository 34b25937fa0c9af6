using System.Net;

namespace Pwb;

/// <summary>An end point that speaks TLS, for <see cref="PwbServerOptions.EndPoints"/>; those beside it need not.</summary>
public sealed class TlsEndPoint : IPEndPoint
{
    /// <summary>Makes an end point.</summary>
    /// <param name="address">The address to listen on.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    /// <param name="tls">With which certificates.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="port"/> is not within 0 to 65535.</exception>
    public TlsEndPoint(IPAddress address, int port, TlsOptions tls)
        : base(address, port)
    {
        ArgumentNullException.ThrowIfNull(tls);
        Tls = tls;
    }

    /// <summary>With which certificates it speaks TLS.</summary>
    public TlsOptions Tls { get; }
}
