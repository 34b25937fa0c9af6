using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pwb.Tests.Infrastructure;

/// <summary>A client over TCP that asks once.</summary>
internal static class Tcp
{
    /// <summary>Connects, sends a request and the end, and reads all that comes back.</summary>
    public static async Task<string> AskAsync(IPEndPoint endPoint, string request)
    {
        using TcpClient client = new(endPoint.AddressFamily);
        await client.ConnectAsync(endPoint);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Latin1.Bytes(request));
        client.Client.Shutdown(SocketShutdown.Send);
        using StreamReader reader = new(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}
