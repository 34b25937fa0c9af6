using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Pwb.Compare;

/// <summary>A connection to a server on this machine, whose certificate is not looked at.</summary>
internal sealed class ServerConnection : IDisposable
{
    private readonly Socket _socket =
        new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5000 };

    /// <exception cref="IOException">There is no agreement with the server.</exception>
    /// <exception cref="SocketException">There is no server.</exception>
    public ServerConnection(int port, bool isTls)
    {
        _socket.Connect(IPAddress.Loopback, port);
        NetworkStream stream = new(_socket);
        Stream = stream;
        if (!isTls) return;

        SslStream session = new(stream, leaveInnerStreamOpen: false);
#pragma warning disable CA5359, MA0039 // this program has made the certificate and started the server
        session.AuthenticateAsClient(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            });
#pragma warning restore CA5359, MA0039
        Stream = session;
    }

    public Stream Stream { get; }

    /// <summary>Resets it.</summary>
    public void Dispose() => _socket.Close(timeout: 0);
}
