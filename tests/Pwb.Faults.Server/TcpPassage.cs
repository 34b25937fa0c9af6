using System.Net;
using System.Net.Sockets;

namespace Pwb.Faults.Server;

/// <summary>A user's own listener, as a tunnel would be one: connections on a free port of the loopback.</summary>
/// <param name="failures">How often it fails, in one way after another, after its first connection.</param>
internal sealed class TcpPassage(int failures) : IConnectionListener, IDisposable
{
    private static readonly Func<Exception>[] Failures =
    [
        () => new IOException("the tunnel is down"),
        () => new SocketException((int)SocketError.TooManyOpenSockets),
        () => new InvalidOperationException("a fault of the listener"),
        () => new OperationCanceledException("by nobody who was asked"),
        () => new ObjectDisposedException("tunnel"),
        () => new TimeoutException("the tunnel takes its time"),
    ];

    private readonly TcpListener _listener = Start();
    private int _asked;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellationToken)
    {
        int failure = _asked++ - 1;
        if (failure < 0 || failure >= failures) return TakeAsync(cancellationToken);
        Exception exception = Failures[failure % Failures.Length]();
        bool isAtOnce = failure / Failures.Length % 2 == 0;
        return isAtOnce ? throw exception : FailLaterAsync(exception);
    }

    public void Dispose() => _listener.Dispose();

    public override string ToString() => "passage";

    private static TcpListener Start()
    {
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static async ValueTask<AcceptedConnection?> FailLaterAsync(Exception exception)
    {
        await Task.Yield();
        throw exception;
    }

    private async ValueTask<AcceptedConnection?> TakeAsync(CancellationToken cancellationToken)
    {
        TcpClient client = await _listener.AcceptTcpClientAsync(cancellationToken);
        return new AcceptedConnection(client.GetStream()) { RemoteEndPoint = client.Client.RemoteEndPoint };
    }
}
