using System.IO.Pipes;
using System.Net.Sockets;
using Pwb.Platform;

namespace Pwb.Server;

/// <summary>
/// Listens on a named pipe. Each connection takes an instance of the pipe, so several instances wait at a time: Windows refuses a
/// client that finds none. On other systems .NET makes a Unix domain socket of the pipe.
/// </summary>
internal sealed class PipeListener : IConnectionListener, IDisposable
{
    // As many clients may come at once as there are instances. Each taken instance is replaced.
    private const int InstancesWaiting = 8;

    private readonly PipeAddress _address;
    private readonly CancellationTokenSource _closed = new();
    private readonly Lock _opening = new();
    private readonly NamedPipeServerStream?[] _instances = new NamedPipeServerStream?[InstancesWaiting];
    private readonly Task[] _waits = new Task[InstancesWaiting];

    /// <summary>Begins to listen.</summary>
    /// <exception cref="SocketException">Another server listens at the name.</exception>
    /// <exception cref="IOException">The system refuses the name.</exception>
    public PipeListener(PipeAddress address)
    {
        _address = address;
        if (!OperatingSystem.IsWindows()) UnixListening.RemoveIfLeft(new UnixDomainSocketEndPoint(address.FilePath));
        try
        {
            Open(0, PipeOptions.FirstPipeInstance); // fails if any process has another instance
        }
        catch (UnauthorizedAccessException)
        {
            throw new SocketException((int)SocketError.AddressAlreadyInUse);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            for (int i = 0; i < InstancesWaiting; i++)
            {
                if (_instances[i] is null) Open(i, PipeOptions.None);
            }

            Task done = await Task.WhenAny(_waits).WaitAsync(cancellationToken).ConfigureAwait(false);
            int index = Array.IndexOf(_waits, done);
            NamedPipeServerStream instance = _instances[index]!;
            _instances[index] = null;
            try
            {
                await done.ConfigureAwait(false);
                return new AcceptedConnection(instance) { RemoteEndPoint = PeerOf(instance) };
            }
            catch (UnauthorizedAccessException)
            {
                await instance.DisposeAsync().ConfigureAwait(false); // another user must not slow down accepting
            }
            catch
            {
                await instance.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <summary>
    /// Ends listening. While connections are open, the name stays taken: a client that connects then waits, and is refused after
    /// the last of them.
    /// </summary>
    public void Dispose()
    {
        lock (_opening)
        {
            _closed.Cancel();
            foreach (NamedPipeServerStream? instance in _instances) instance?.Dispose();
        }
    }

    private static UnixPeerEndPoint? PeerOf(NamedPipeServerStream instance)
    {
        if (!ThisSystem.IsLinux) return null;
        using SafeSocketHandle handle = new(instance.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        using Socket socket = new(handle);
        return LinuxSockets.GetPeer(socket) is { } peer
            ? new UnixPeerEndPoint { ProcessId = peer.ProcessId, UserId = peer.UserId }
            : null;
    }

    private void Open(int index, PipeOptions more)
    {
        lock (_opening)
        {
            _closed.Token.ThrowIfCancellationRequested();
            NamedPipeServerStream instance = new(
                _address.Name,
                PipeDirection.InOut,
                NamedPipeServerStream.MaxAllowedServerInstances,
                PipeTransmissionMode.Byte,
                PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly | more);
            _waits[index] = instance.WaitForConnectionAsync(_closed.Token);
            _instances[index] = instance;
        }
    }
}
