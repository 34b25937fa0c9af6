using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Security.Authentication;
using System.Text;

namespace Pwb.Faults.Support;

/// <summary>How a connection came to its end.</summary>
internal enum Ending
{
    Fin,
    Reset,
}

/// <summary>
/// A client on a socket of its own that does what it is told, byte by byte. Every wait ends with an error after a generous time.
/// </summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private SslStream? _session;
    private int _start;
    private int _end;

    private RawClient(Socket socket) => _socket = socket;

    /// <summary>Bytes that have arrived and were not looked at.</summary>
    public int Available => _end - _start + _socket.Available;

    /// <summary>Connects over the loopback.</summary>
    /// <param name="port">Where to.</param>
    /// <param name="receiveBuffer">The size of the kernel's receive buffer, set before connecting so that it bounds the window;
    /// null for the system's.</param>
    public static async Task<RawClient> ConnectAsync(int port, int? receiveBuffer = null)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (receiveBuffer is { } size) socket.ReceiveBufferSize = size;
            using CancellationTokenSource patience = new(Patience.Long);
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), patience.Token);
            return new RawClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects to a Unix domain socket.</summary>
    public static async Task<RawClient> ConnectAsync(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return new RawClient(socket);
    }

    /// <summary>Connects to a server over TLS if it speaks that.</summary>
    public static async Task<RawClient> ConnectAsync(ServerProcess server, int? receiveBuffer = null)
    {
        RawClient client = await ConnectAsync(server.Port, receiveBuffer);
        try
        {
            if (server.IsTls) await client.OpenSessionAsync();
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Many at once.</summary>
    public static async Task<RawClient[]> ConnectManyAsync(int port, int count, int? receiveBuffer = null)
    {
        RawClient[] clients = new RawClient[count];
        for (int i = 0; i < count; i++) clients[i] = await ConnectAsync(port, receiveBuffer);
        return clients;
    }

    /// <summary>Sends a string as Latin-1.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using CancellationTokenSource patience = new(Patience.Long);
        if (_session is not null) await _session.WriteAsync(bytes, patience.Token);
        else while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, patience.Token)..];
    }

    /// <summary>Sends as much as goes without waiting for anything.</summary>
    /// <returns>How many bytes; 0 when the way is blocked.</returns>
    public int SendWithoutWaiting(ReadOnlySpan<byte> bytes)
    {
        _socket.Blocking = false;
        int sent = _socket.Send(bytes, SocketFlags.None, out SocketError error);
        if (error is SocketError.Success) return sent;
        return error is SocketError.WouldBlock or SocketError.IOPending ? 0 : throw new SocketException((int)error);
    }

    public Task RequestAsync(string path, string fields = "") =>
        SendAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n");

    /// <summary>Sends GET and reads the response.</summary>
    public async Task<RawResponse> GetAsync(string path, string fields = "")
    {
        await RequestAsync(path, fields);
        return await ReadResponseAsync();
    }

    /// <summary>Sends GET many times, pipelined, so that it does not take long.</summary>
    /// <exception cref="IOException">A response was not 200.</exception>
    public async Task GetManyAsync(int count)
    {
        const int batch = 50;
        byte[] requests = Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Repeat("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", batch)));
        for (int left = count; left > 0; left -= batch)
        {
            await SendAsync(requests);
            for (int i = 0; i < batch; i++)
            {
                if ((await ReadResponseAsync()).StatusCode != 200) throw new IOException("That was not 200.");
            }
        }
    }

    /// <summary>Reads a response with Content-Length.</summary>
    public async Task<RawResponse> ReadResponseAsync()
    {
        string head = await ReadHeadAsync();
        RawResponse response = new(head, []);
        byte[] content = new byte[response.ContentLength];
        for (int read = 0; read < content.Length;)
        {
            int count = await ReadAsync(content.AsMemory(read));
            if (count == 0) throw new IOException($"The connection ended after {read} of {content.Length} bytes of content.");
            read += count;
        }

        return response with { Content = content };
    }

    /// <summary>Reads up to the empty line behind a head.</summary>
    public async Task<string> ReadHeadAsync()
    {
        StringBuilder head = new();
        while (!EndsWithEmptyLine(head))
        {
            if (_start == _end && await FillAsync() == 0) throw new IOException($"The connection ended within a head: '{head}'.");
            head.Append((char)_buffer[_start++]);
        }

        return head.ToString();
    }

    /// <summary>Reads until something has come.</summary>
    public async Task ReadUntilAsync(string part)
    {
        StringBuilder text = new();
        while (!text.ToString().EndsWith(part, StringComparison.Ordinal))
        {
            if (_start == _end && await FillAsync() == 0) throw new IOException($"The connection ended after '{text}'.");
            text.Append((char)_buffer[_start++]);
        }
    }

    /// <summary>Reads whatever comes; 0 is FIN.</summary>
    /// <exception cref="SocketException">Among others: the server has reset the connection.</exception>
    public async Task<int> ReadAsync(Memory<byte> destination)
    {
        if (_start == _end && destination.Length >= _buffer.Length) return await ReceiveAsync(destination);
        if (_start == _end && await FillAsync() == 0) return 0;

        int count = Math.Min(destination.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(destination);
        _start += count;
        return count;
    }

    /// <summary>Reads up to the end of the connection, and counts.</summary>
    public async Task<(long Count, Ending Ending)> DrainAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        long count = 0;
        try
        {
            while (await ReadAsync(buffer) is > 0 and int read) count += read;
            return (count, Ending.Fin);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return (count, Ending.Reset);
        }
    }

    /// <summary>Reads up to the end of the connection, and keeps it.</summary>
    public async Task<(string Text, Ending Ending)> ReadToEndAsync()
    {
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        try
        {
            while (await ReadAsync(buffer) is > 0 and int read) text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            return (text.ToString(), Ending.Fin);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return (text.ToString(), Ending.Reset);
        }
    }

    /// <summary>FIN: nothing more will be sent.</summary>
    public void ShutdownSend() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>FIN, and nobody who reads what still comes. Over TLS without a close_notify.</summary>
    public void Close() => _socket.Close();

    /// <summary>RST.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    private static bool EndsWithEmptyLine(StringBuilder text) =>
        text.Length >= 4 && text[^1] == '\n' && text[^2] == '\r' && text[^3] == '\n' && text[^4] == '\r';

    private async Task<int> FillAsync()
    {
        _start = 0;
        return _end = await ReceiveAsync(_buffer);
    }

    private async Task<int> ReceiveAsync(Memory<byte> destination)
    {
        using CancellationTokenSource patience = new(Patience.Long);
        if (_session is null) return await _socket.ReceiveAsync(destination, SocketFlags.None, patience.Token);

        try
        {
            return await _session.ReadAsync(destination, patience.Token);
        }
        catch (IOException exception) when (exception.InnerException is SocketException inner)
        {
            ExceptionDispatchInfo.Throw(inner); // as without TLS
            throw;
        }
    }

    /// <summary>Opens TLS, by 1.2, which sends nothing after the handshake: so Available means what it says.</summary>
    public async Task OpenSessionAsync()
    {
        using CancellationTokenSource patience = new(Patience.Long);
        _session = new SslStream(new NetworkStream(_socket));
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.Tls12,
            // Nobody has signed it.
            RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
        };
        await _session.AuthenticateAsClientAsync(options, patience.Token);
    }
}
