using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pwb.Tests.Proxying;

/// <summary>A server of literal bytes: reads each head, and sends what a test says.</summary>
internal sealed class RawTarget : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _response;
    private readonly List<string> _heads = [];

    public RawTarget(string response)
    {
        _response = response;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The head of the last request.</summary>
    public string Head
    {
        get
        {
            lock (_heads) return _heads[^1];
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                byte[] buffer = new byte[8192];
                int read = await client.GetStream().ReadAsync(buffer);
                lock (_heads) _heads.Add(Encoding.Latin1.GetString(buffer, 0, read));
                await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(_response));
            }
        }
        catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
