using System.Net;
using System.Net.Sockets;

namespace Pwb.Soak;

/// <summary>The clients of a soak: each does one small thing, and returns whether the server answered as it should.</summary>
internal sealed class Clients(IPEndPoint server)
{
    private static readonly byte[] Get = "GET /soak HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();
    private static readonly byte[] GetAndClose = "GET /soak HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();
    private static readonly byte[] UploadHead =
        "POST /soak HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65536\r\n\r\n"u8.ToArray();
    private static readonly byte[] Chunked =
        "POST /soak HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: v\r\n\r\n"u8.ToArray();

    private Socket? _keptAlive;
    private int _garbage;

    /// <summary>A request on a connection that is kept alive, and replaced now and then.</summary>
    public async Task<bool> KeepAliveAsync(int number)
    {
        if (number % 1000 == 0)
        {
            _keptAlive?.Dispose();
            _keptAlive = null;
        }

        _keptAlive ??= await ConnectAsync();
        await _keptAlive.SendAsync(Get);
        return await ReceivesAsync(_keptAlive, "HTTP/1.1 200 OK"u8.ToArray());
    }

    /// <summary>A connection for one request.</summary>
    public async Task<bool> ChurnAsync(int number)
    {
        using Socket socket = await ConnectAsync();
        await socket.SendAsync(number % 2 == 0 ? GetAndClose : Chunked);
        return await ReceivesAsync(socket, "HTTP/1.1 200 OK"u8.ToArray());
    }

    /// <summary>A connection that is reset in the middle of a request.</summary>
    public async Task<bool> ResetAsync(int number)
    {
        using Socket socket = await ConnectAsync();
        await socket.SendAsync(Get.AsMemory(0, number % Get.Length));
        socket.Close(timeout: 0);
        return true;
    }

    /// <summary>An upload.</summary>
    public async Task<bool> UploadAsync(int number)
    {
        using Socket socket = await ConnectAsync();
        await socket.SendAsync(UploadHead);
        await socket.SendAsync(new byte[65536]);
        return await ReceivesAsync(socket, "HTTP/1.1 200 OK"u8.ToArray());
    }

    /// <summary>Bytes that are no request.</summary>
    public async Task<bool> GarbageAsync(int number)
    {
        using Socket socket = await ConnectAsync();
        byte[] garbage = [.. Get];
        garbage[_garbage++ % Get.Length] = (byte)'\n';
        await socket.SendAsync(garbage);
        await socket.SendAsync("\r\n\r\n"u8.ToArray());
        return await ReceivesAsync(socket, "HTTP/1.1 "u8.ToArray());
    }

    /// <summary>A head that comes a byte a second, and a client that leaves before it is whole.</summary>
    public async Task<bool> SlowAsync(int number)
    {
        using Socket socket = await ConnectAsync();
        using PeriodicTimer second = new(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 10 && await second.WaitForNextTickAsync(); i++) await socket.SendAsync(Get.AsMemory(i, 1));
        return true;
    }

    private async Task<Socket> ConnectAsync()
    {
        Socket socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server);
        return socket;
    }

    private static async Task<bool> ReceivesAsync(Socket socket, byte[] start)
    {
        byte[] buffer = new byte[4096];
        int received = await socket.ReceiveAsync(buffer);
        return buffer.AsSpan(0, received).StartsWith(start);
    }
}
