using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Pwb.Epoll;
using Pwb.Platform;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Epoll;

/// <summary>A TCP connection whose one end is served in a seat, and whose other is an ordinary socket.</summary>
internal sealed class SeatedPair : IAsyncDisposable
{
    private readonly Seats _seats = new(1, TimeSpan.Zero);

    public SeatedPair(int bufferSize = 0)
    {
        _seats.Start();
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (bufferSize > 0) listener.SendBufferSize = bufferSize;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        if (bufferSize > 0) Client.ReceiveBufferSize = bufferSize;
        Client.Connect(listener.LocalEndPoint!);
        Span<byte> address = stackalloc byte[LinuxStreams.MaxAddressLength];
        Stream = new EpollStream(new DescriptorHandle(LinuxStreams.Accept(listener.SafeHandle, address)), _seats.All[0]);
        Transport = new EpollTransport(Stream, address);
    }

    public Socket Client { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public Seat Seat => _seats.All[0];

    public EpollStream Stream { get; }

    public EpollTransport Transport { get; }

    /// <summary>Whether the system has bytes from the client.</summary>
    public bool HasArrived
    {
        get
        {
            Span<byte> first = stackalloc byte[1];
            return LinuxStreams.PeekAt(Stream.Socket, first) > 0;
        }
    }

    /// <summary>Whether the system has all that the client has sent: no segment of it is without its acknowledgement.</summary>
    public bool HasReceivedAll
    {
        get
        {
            const int tcp = 6, tcpInfo = 11; // IPPROTO_TCP, TCP_INFO
            Span<byte> info = stackalloc byte[28];
            Client.GetRawSocketOption(tcp, tcpInfo, info);
            return MemoryMarshal.Read<int>(info[24..]) == 0; // tcpi_unacked
        }
    }

    /// <summary>Whether the connection's descriptor is still the socket that it was.</summary>
    public string? SocketOfDescriptor => new FileInfo($"/proc/self/fd/{Transport.Descriptor}").LinkTarget;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Transport.End(abort: true);
        await Transport.ReleaseAsync();
        await _seats.EndAsync().WaitAsync(Wire.SafetyTimeout);
    }
}
