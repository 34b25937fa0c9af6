using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pwb.OpenTelemetry.Tests.Support;

/// <summary>A client that sends exactly what it is told; unlike HttpClient, it takes no part in tracing.</summary>
internal sealed class Client : IDisposable
{
    private readonly TcpClient _tcp = new();

    public static async Task<Client> ConnectAsync(PwbServer server)
    {
        Client client = new();
        await client._tcp.ConnectAsync((IPEndPoint)server.EndPoint.Address);
        return client;
    }

    /// <summary>One connection: sends, and reads to its end.</summary>
    public static async Task<string> ExchangeAsync(PwbServer server, string bytes)
    {
        using Client client = await ConnectAsync(server);
        await client.SendAsync(bytes);
        return await client.ReadToEndAsync();
    }

    public IPEndPoint LocalEndPoint => (IPEndPoint)_tcp.Client.LocalEndPoint!;

    public async Task SendAsync(string bytes) => await _tcp.GetStream().WriteAsync(Encoding.Latin1.GetBytes(bytes));

    /// <summary>Reads until it has seen a text.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        StringBuilder read = new();
        byte[] buffer = new byte[4096];
        while (!read.ToString().Contains(text, StringComparison.Ordinal))
        {
            int count = await _tcp.GetStream().ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            if (count == 0) throw new EndOfStreamException($"'{text}' did not come, but: {read}");
            read.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return read.ToString();
    }

    public async Task<string> ReadToEndAsync()
    {
        using StreamReader reader = new(_tcp.GetStream(), Encoding.Latin1, leaveOpen: true);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Goes away with a reset.</summary>
    public void Reset() => _tcp.Client.Close(timeout: 0);

    public void Dispose() => _tcp.Dispose();
}
