using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Pwb.Testing.Connections;

namespace Pwb;

/// <content>The ways of clients to the service.</content>
public sealed partial class FakeService
{
    // RFC 8446 §6: a record of 2 bytes, the fatal alert handshake_failure.
    private static readonly byte[] HandshakeFailure = [21, 3, 3, 0, 2, 2, 40];

    private readonly List<Socket> _listeners = [];

    /// <summary>
    /// Makes the part of a client that sends requests, for the code under test. Whatever host it asks, by http or https, it gets
    /// to this service, in memory. It is the runtime's own with its own settings: change it as that code would.
    /// </summary>
    /// <remarks>
    /// Over https there is TLS, with a certificate for the requested host. This handler trusts <see cref="CertificateAuthority"/>
    /// only. It ignores a system proxy. Disposing it closes its connections, except those whose responses are still being read.
    /// </remarks>
    [SuppressMessage("Reliability", "CA2000", Justification = "It is the caller's.")]
    public SocketsHttpHandler CreateMessageHandler()
    {
        X509ChainPolicy trust = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { CertificateAuthority },
        };
        return new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = (context, _) => new ValueTask<Stream>(Connect(context)),
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust },
        };
    }

    /// <summary>Makes a client whose requests this service answers in memory: see <see cref="CreateMessageHandler"/>.</summary>
    /// <param name="baseAddress">The base address. Default: http://localhost/.</param>
    public HttpClient CreateClient(string baseAddress = "http://localhost/") =>
        new(CreateMessageHandler()) { BaseAddress = new Uri(baseAddress) };

    /// <summary>
    /// Listens on a port of this machine too, for clients of any kind. Both http and https are answered there; for https the
    /// client has to trust <see cref="CertificateAuthority"/>.
    /// </summary>
    /// <param name="port">The port; 0, the default, for a free one.</param>
    /// <returns>The base address by http, such as http://127.0.0.1:50123/.</returns>
    /// <exception cref="IOException">The port is taken.</exception>
    public Uri Listen(int port = 0)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            listener.Listen();
        }
        catch (SocketException exception)
        {
            listener.Dispose();
            throw new IOException($"Cannot listen on port {port}: {exception.Message}", exception);
        }

        lock (_lock) _listeners.Add(listener);
        _ = AcceptAsync(listener);
        return new Uri($"http://{listener.LocalEndPoint}/");
    }

    /// <summary>Ends the service: responses under way are aborted, and later requests get none.</summary>
    public async ValueTask DisposeAsync()
    {
        Wire[] wires;
        lock (_lock)
        {
            _isDisposed = true;
            wires = [.. _wires];
            _listeners.ForEach(listener => listener.Dispose());
        }

        foreach (Wire wire in wires) wire.Close();
        await _server.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>As <see cref="DisposeAsync"/>.</summary>
    [SuppressMessage("Usage", "VSTHRD002", Justification = "Nothing that is waited for goes back to the caller's thread.")]
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private Stream Connect(SocketsHttpConnectionContext context)
    {
        ConnectionFault? fault = TakeFault();
        if (fault == ConnectionFault.Refused || _isDisposed) throw new SocketException((int)SocketError.ConnectionRefused);

        (Wire wire, Stream client) = Wire.InMemory();
        string scheme = context.InitialRequestMessage.RequestUri!.Scheme;
        bool isTls = scheme == Uri.UriSchemeHttps || scheme == Uri.UriSchemeWss;
        Start(wire, fault, _ => new ValueTask<bool>(isTls), context.DnsEndPoint.Host);
        return client;
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptAsync().ConfigureAwait(false);
                socket.NoDelay = true;
                Start(Wire.Over(socket), TakeFault(), token => BeginsTlsAsync(socket, token), "127.0.0.1");
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The service has been disposed.
        }
    }

    // RFC 8446 §5.1: the first byte of a handshake is 22, with which no request begins.
    private static async ValueTask<bool> BeginsTlsAsync(Socket socket, CancellationToken cancellationToken)
    {
        byte[] first = new byte[1];
        return await socket.ReceiveAsync(first, SocketFlags.Peek, cancellationToken).ConfigureAwait(false) == 1 && first[0] == 22;
    }

    private ConnectionFault? TakeFault()
    {
        lock (_lock) return _connectionFaults.TryDequeue(out ConnectionFault fault) ? fault : null;
    }

    // On the pool, and without the AsyncLocals of whichever request came first.
    private void Start(Wire wire, ConnectionFault? fault, Func<CancellationToken, ValueTask<bool>> isTlsAsync, string host)
    {
        bool isTooLate;
        lock (_lock)
        {
            _wires.Add(wire);
            isTooLate = _isDisposed;
        }

        if (isTooLate) wire.Close();
        ThreadPool.UnsafeQueueUserWorkItem(_ => _ = RunAsync(wire, fault, isTlsAsync, host), null);
    }

    private async Task RunAsync(
        Wire wire, ConnectionFault? fault, Func<CancellationToken, ValueTask<bool>> isTlsAsync, string host)
    {
        try
        {
            if (fault == ConnectionFault.Silent) await Task.Delay(Timeout.Infinite, wire.Ended).ConfigureAwait(false);

            // A client that sees the end before it has sent anything would just connect again, or not, as it happens.
            await wire.Stream.ReadAsync(Memory<byte>.Empty, wire.Ended).ConfigureAwait(false);
            if (fault is ConnectionFault.Refused or ConnectionFault.Reset) wire.Reset();
            else if (fault == ConnectionFault.Closed) await CloseAsync(wire).ConfigureAwait(false);
            else await ServeAsync(wire, fault, isTlsAsync, host).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or SocketException
            or OperationCanceledException or ObjectDisposedException)
        {
            // The client has gone, or rejects the certificate, and knows it.
        }
        finally
        {
            lock (_lock) _wires.Remove(wire);
            wire.Dispose();
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The server disposes of what it serves, and RunAsync of the rest.")]
    private async Task ServeAsync(
        Wire wire, ConnectionFault? fault, Func<CancellationToken, ValueTask<bool>> isTlsAsync, string host)
    {
        if (!await isTlsAsync(wire.Ended).ConfigureAwait(false))
        {
            if (fault is not null) await CloseAsync(wire).ConfigureAwait(false); // it is of TLS alone
            else await ServeAsync(wire, new WireStream(wire, _time), "http").ConfigureAwait(false);
            return;
        }

        if (fault == ConnectionFault.TlsFails)
        {
            await wire.Stream.WriteAsync(HandshakeFailure, wire.Ended).ConfigureAwait(false);
            await CloseAsync(wire).ConfigureAwait(false);
            return;
        }

        TlsWireStream tls = new(wire, _time);
        await tls.AuthenticateAsServerAsync(
            (_, hello, _, _) => new ValueTask<SslServerAuthenticationOptions>(
                OptionsFor(string.IsNullOrEmpty(hello.ServerName) ? host : hello.ServerName, fault)),
            null,
            wire.Ended).ConfigureAwait(false);
        await ServeAsync(wire, tls, "https").ConfigureAwait(false);
    }

    private Task ServeAsync(Wire wire, Stream stream, string scheme) =>
        _server.ServeAsync(stream, new WireEndPoint(wire, scheme), wire.Ended);

    // Unread bytes would turn the end into a reset.
    private static async Task CloseAsync(Wire wire)
    {
        await wire.Stream.ReadAsync(new byte[64 * 1024], wire.Ended).ConfigureAwait(false);
        wire.Close();
    }

    private static SslServerAuthenticationOptions OptionsFor(string host, ConnectionFault? fault)
    {
        TestAuthority authority = fault == ConnectionFault.UntrustedCertificate ? TestAuthority.Stranger : TestAuthority.Trusted;
        string name = fault == ConnectionFault.WrongHostCertificate ? "another-host.invalid" : host;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = authority.For(name, isExpired: fault == ConnectionFault.ExpiredCertificate),
        };
    }
}
