using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Pwb.Soak;

/// <summary>Clients that speak TLS: each does one small thing, and returns whether the server answered as it should.</summary>
internal sealed class TlsClients(IPEndPoint server)
{
    private static readonly byte[] Get = "GET /soak HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();
    private static readonly byte[] GetAndClose = "GET /soak HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();
    private static readonly byte[] GetEvents = "GET /push HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();

    private SslStream? _keptAlive;

    /// <summary>A request on a session that is kept alive, and replaced now and then.</summary>
    public async Task<bool> KeepAliveAsync(int number)
    {
        if (number % 1000 == 0 && _keptAlive is not null)
        {
            await _keptAlive.DisposeAsync();
            _keptAlive = null;
        }

        _keptAlive ??= await ConnectAsync(mayResume: true);
        await _keptAlive.WriteAsync(Get);
        return await ReceivesAsync(_keptAlive);
    }

    /// <summary>A handshake, or a resumed session, for one request.</summary>
    public async Task<bool> ChurnAsync(int number)
    {
        await using SslStream session = await ConnectAsync(mayResume: number % 2 == 0);
        await session.WriteAsync(GetAndClose);
        return await ReceivesAsync(session);
    }

    /// <summary>A client that leaves with a reset: in its handshake, or in the middle of a request.</summary>
    public async Task<bool> LeaveAsync(int number)
    {
        using Socket socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server);
        if (number % 2 == 0)
        {
            await socket.SendAsync(new byte[] { 0x16, 0x03, 0x01, 0x02, 0x00, 0x01 }); // and no more of its ClientHello
        }
        else
        {
            await using SslStream session = await OpenAsync(new NetworkStream(socket), mayResume: false);
            await session.WriteAsync(Get.AsMemory(0, number % Get.Length));
            socket.Close(timeout: 0);
        }

        socket.Close(timeout: 0);
        return true;
    }

    /// <summary>A client of an event stream that leaves after twenty events.</summary>
    public async Task<bool> EventsAsync(int number)
    {
        await using SslStream session = await ConnectAsync(mayResume: true);
        await session.WriteAsync(GetEvents);
        byte[] buffer = new byte[4096];
        for (int i = 0; i < 20; i++)
        {
            if (await session.ReadAsync(buffer) == 0) return false;
        }

        return true;
    }

    private static async Task<SslStream> OpenAsync(NetworkStream stream, bool mayResume)
    {
        SslStream session = new(stream);
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = "localhost",
            AllowTlsResume = mayResume,
            // Nobody has signed it.
            RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
        };
        await session.AuthenticateAsClientAsync(options);
        return session;
    }

    private static async Task<bool> ReceivesAsync(SslStream session)
    {
        byte[] buffer = new byte[4096];
        int received = await session.ReadAsync(buffer);
        return buffer.AsSpan(0, received).StartsWith("HTTP/1.1 200 OK"u8);
    }

    private async Task<SslStream> ConnectAsync(bool mayResume)
    {
        Socket socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server);
        return await OpenAsync(new NetworkStream(socket, ownsSocket: true), mayResume);
    }
}
