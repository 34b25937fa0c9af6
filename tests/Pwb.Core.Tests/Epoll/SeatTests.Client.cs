using System.Net.Sockets;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Epoll;

/// <content>A client that asks over one connection.</content>
public sealed partial class SeatTests
{
    /// <summary>Asks again and again, until something is seen.</summary>
    private static async Task AskUntilAsync(TcpClient client, Func<bool> isSeen)
    {
        long end = Environment.TickCount64 + (long)Wire.SafetyTimeout.TotalMilliseconds;
        while (!isSeen())
        {
            Environment.TickCount64.Should().BeLessThan(end, "it is seen sooner");
            await AskAsync(client);
        }
    }

    private static async Task<PwbServer> StartAsync(IRequestHandler handler, int seats = 1)
    {
        PwbServer server = new(
            handler,
            new PwbServerOptions
            {
                EndPoints = ServerEndPoint.Loopback(0),
                SocketEngine = SocketEngine.Epoll,
                SeatCount = seats,
                SpinTime = TimeSpan.FromMicroseconds(seats == 2 ? 50 : 0),
            });
        await server.StartAsync();
        return server;
    }

    private static async Task<TcpClient> ConnectAsync(PwbServer server)
    {
        TcpClient client = new();
        await client.ConnectAsync(server.EndPoint.Ip);
        return client;
    }

    private static async Task<string> AskAsync(TcpClient client, string target = "/")
    {
        await SendAsync(client, target);
        return await ReadAsync(client);
    }

    private static ValueTask SendAsync(TcpClient client, string target) =>
        client.GetStream().WriteAsync(Latin1.Bytes($"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n"));

    private static async Task<string> ReadAsync(TcpClient client)
    {
        byte[] buffer = new byte[4096];
        int received = 0;
        while (true)
        {
            int count = await client.GetStream().ReadAsync(buffer.AsMemory(received)).AsTask().WaitAsync(Wire.SafetyTimeout);
            if (count == 0) throw new EndOfStreamException();
            received += count;
            string text = Latin1.Text(buffer.AsSpan(0, received));
            int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0) continue;
            const string name = "Content-Length: ";
            int start = text.IndexOf(name, StringComparison.Ordinal) + name.Length;
            int length = int.Parse(
                text.AsSpan(start, text.IndexOf('\r', start) - start), System.Globalization.CultureInfo.InvariantCulture);
            if (text.Length >= end + 4 + length) return text;
        }
    }
}
