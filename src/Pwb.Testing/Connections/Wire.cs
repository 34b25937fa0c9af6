using System.Net.Sockets;
using Pwb.InMemory;

namespace Pwb.Testing.Connections;

/// <summary>The service's end of a connection, in memory or on a port, and how to end it well or badly.</summary>
internal sealed class Wire : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly Action _reset;
    private int _isEnded;

    private Wire(Stream stream, Action reset)
    {
        Stream = stream;
        _reset = reset;
    }

    /// <summary>The bytes, below TLS.</summary>
    public Stream Stream { get; }

    /// <summary>Cancelled when the connection is over. It then serves nothing more.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>The way of all bytes to the client.</summary>
    public ResponseWriter? Writer { get; set; }

    /// <summary>Makes a connection in memory.</summary>
    /// <returns>The service's end, and the client's.</returns>
    public static (Wire Service, Stream Client) InMemory()
    {
        MemoryPipe requests = new(), responses = new();
        ConnectionEnd end = new(requests, responses, static _ => { });
        Wire wire = new(end, end.Abort);
        return (wire, new ConnectionEnd(responses, requests, _ => wire.Cancel()));
    }

    /// <summary>Takes over a connection that has come by a port.</summary>
    public static Wire Over(Socket socket) => new(
        new NetworkStream(socket, ownsSocket: true),
        () =>
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0); // RFC 9293 §3.10.4: closing it is then a reset
            socket.Dispose();
        });

    /// <summary>Ends the connection: the client sees an end, after the sent bytes.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0) return;
        Stream.Dispose();
        Cancel();
    }

    /// <summary>Ends the connection: the client sees an error.</summary>
    public void Reset()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0) return;
        _reset();
        Cancel();
    }

    public void Dispose()
    {
        Close();
        _ended.Dispose();
    }

    // Never on the thread of the caller that closes its end: the woken code is the handler's.
    private void Cancel()
    {
        try
        {
            _ = _ended.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // Both ends were closed at once.
        }
    }
}
