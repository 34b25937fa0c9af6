using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Pwb.Platform;

/// <summary>
/// The calls to Linux for sockets that carry streams and do not block. Errors are in <see cref="Marshal.GetLastPInvokeError"/>.
/// &lt;sys/socket.h&gt;, as it is on each architecture that has these numbers: x86, ARM, RISC-V, LoongArch, POWER and s390x.
/// </summary>
internal static partial class LinuxStreams
{
    /// <summary>Room for the address of any other end that there may be.</summary>
    public const int MaxAddressLength = 128;

    private const int Interrupted = 4, Again = 11, ConnectionAborted = 103, ProtocolError = 71; // <errno.h>
    private const int BrokenPipe = 32, NetworkDown = 100, ConnectionReset = 104, NotConnected = 107, Shut = 108, TimedOut = 110,
        HostDown = 112, NoRoute = 113;

    private const int NoFilesInSystem = 23, NoFiles = 24, NoMemory = 12, NoBuffers = 105;
    private const int AcceptFlags = 0x80000 | 0x800; // SOCK_CLOEXEC | SOCK_NONBLOCK
    private const int NoSignal = 0x4000, More = 0x8000, Peek = 0x2;
    private const int SocketLevel = 1, ErrorOption = 4, PeerCredentials = 17, Tcp = 6, TcpInfo = 11;
    private const int AckedOffset = 120; // tcpi_bytes_acked of struct tcp_info
    private const int ShutSend = 1, ShutBoth = 2;
    private const int FamilyUnix = 1, FamilyIPv4 = 2, FamilyIPv6 = 10;

    /// <summary>An exception for the error of the last call.</summary>
    public static IOException Failure(string call)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"{call}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    /// <summary>Whether the last call has failed because it would have had to wait.</summary>
    public static bool WouldWait() => Marshal.GetLastPInvokeError() == Again;

    /// <summary>Whether accepting has just failed because of the client, which had gone.</summary>
    public static bool HasClientGone() => Marshal.GetLastPInvokeError() is ConnectionAborted or ProtocolError;

    /// <summary>Whether the last call has failed for want of descriptors or memory.</summary>
    public static bool IsShort() => Marshal.GetLastPInvokeError() is NoFilesInSystem or NoFiles or NoMemory or NoBuffers;

    /// <summary>Whether what <see cref="Failure"/> tells of is the network's, and not a file's that was to be sent.</summary>
    public static bool IsOfNetwork(IOException failure) =>
        failure.HResult is BrokenPipe or (>= NetworkDown and <= ConnectionReset) or NotConnected or Shut or TimedOut
            or HostDown or NoRoute;

    /// <summary>Accepts a connection, which will not block.</summary>
    /// <param name="listener">A socket that listens and does not block.</param>
    /// <param name="address">Takes the other end's address.</param>
    /// <returns>A descriptor; -1 with an error.</returns>
    public static int Accept(SafeHandle listener, Span<byte> address)
    {
        int descriptor;
        int length;
        do
        {
            length = address.Length;
            descriptor = AcceptOnce(listener, address, ref length, AcceptFlags);
        }
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return descriptor;
    }

    /// <returns>The number of received bytes; 0 at the end; -1 with an error.</returns>
    public static int Receive(SafeHandle socket, Span<byte> destination) => ReceiveAny(socket, destination, 0);

    /// <summary>Receives as <see cref="Receive"/> does, and leaves the bytes in the socket.</summary>
    public static int PeekAt(SafeHandle socket, Span<byte> destination) => ReceiveAny(socket, destination, Peek);

    /// <param name="socket">Where to.</param>
    /// <param name="source">The bytes to send.</param>
    /// <param name="isFollowed">Whether more comes at once, with which it may share a packet.</param>
    /// <returns>The number of bytes taken; -1 with an error.</returns>
    public static int Send(SafeHandle socket, ReadOnlySpan<byte> source, bool isFollowed)
    {
        nint count;
        do count = SendOnce(socket, source, source.Length, isFollowed ? NoSignal | More : NoSignal);
        while (count < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return (int)count;
    }

    /// <returns>The number of bytes taken; 0 at the end of the file; -1 with an error.</returns>
    public static int SendFile(SafeHandle socket, SafeHandle file, long offset, int length)
    {
        nint count;
        do count = SendFileOnce(socket, file, ref offset, length);
        while (count < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return (int)count;
    }

    /// <summary>Tells the other end that nothing more will be sent.</summary>
    public static void ShutdownSend(SafeHandle socket) => _ = Shutdown(socket, ShutSend);

    /// <summary>Ends both directions at once. Nothing that was sent is lost.</summary>
    public static void ShutdownBoth(SafeHandle socket) => _ = Shutdown(socket, ShutBoth);

    /// <summary>
    /// Resets a TCP connection at once: connect(2) to no address dissolves it. The descriptor stays open, since another thread
    /// closes it.
    /// </summary>
    public static void Reset(SafeHandle socket)
    {
        ReadOnlySpan<byte> nowhere = stackalloc byte[16]; // a sockaddr of AF_UNSPEC
        _ = Connect(socket, nowhere, nowhere.Length);
    }

    /// <summary>Whether an error is waiting to be seen: the other end has reset the connection, or cannot be reached.</summary>
    public static bool HasError(SafeHandle socket)
    {
        Span<int> error = stackalloc int[1];
        int length = sizeof(int);
        return GetOption(socket, SocketLevel, ErrorOption, MemoryMarshal.AsBytes(error), ref length) != 0 || error[0] != 0;
    }

    /// <summary>The number of bytes that the other end has acknowledged; -1 if the system does not tell.</summary>
    public static long GetAcknowledgedBytes(SafeHandle socket)
    {
        Span<byte> info = stackalloc byte[AckedOffset + sizeof(long)];
        int length = info.Length;
        return GetOption(socket, Tcp, TcpInfo, info, ref length) == 0 && length == info.Length
            ? MemoryMarshal.Read<long>(info[AckedOffset..])
            : -1;
    }

    /// <summary>The peer of a Unix domain socket, by struct ucred; null if the system does not tell.</summary>
    public static (int ProcessId, uint UserId)? GetPeer(SafeHandle socket)
    {
        Span<uint> credentials = stackalloc uint[3];
        int length = 3 * sizeof(uint);
        int result = GetOption(socket, SocketLevel, PeerCredentials, MemoryMarshal.AsBytes(credentials), ref length);
        return result == 0 ? ((int)credentials[0], credentials[1]) : null;
    }

    /// <summary>The socket's own address; null if it has none any more.</summary>
    public static EndPoint? GetLocalEndPoint(SafeHandle socket)
    {
        Span<byte> address = stackalloc byte[MaxAddressLength];
        int length = address.Length;
        if (GetName(socket, address, ref length) != 0) return null;
        if (!IsUnix(address)) return ReadIp(address);

        ReadOnlySpan<byte> path = address[2..length];
        int end = path.IndexOf((byte)0);
        return end == 0 || path.IsEmpty
            ? null
            : new UnixDomainSocketEndPoint(System.Text.Encoding.UTF8.GetString(end < 0 ? path : path[..end]));
    }

    /// <summary>Whether an address is that of a Unix domain socket.</summary>
    public static bool IsUnix(ReadOnlySpan<byte> address) => MemoryMarshal.Read<ushort>(address) == FamilyUnix;

    /// <summary>Reads a struct sockaddr_in or sockaddr_in6; null if it is neither.</summary>
    public static IPEndPoint? ReadIp(ReadOnlySpan<byte> address)
    {
        int port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        return MemoryMarshal.Read<ushort>(address) switch
        {
            FamilyIPv4 => new IPEndPoint(new IPAddress(address.Slice(4, 4)), port),
            FamilyIPv6 => new IPEndPoint(new IPAddress(address.Slice(8, 16), MemoryMarshal.Read<uint>(address[24..])), port),
            _ => null,
        };
    }

    private static int ReceiveAny(SafeHandle socket, Span<byte> destination, int flags)
    {
        nint count;
        do count = ReceiveOnce(socket, destination, destination.Length, flags);
        while (count < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return (int)count;
    }

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AcceptOnce(SafeHandle listener, Span<byte> address, ref int length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReceiveOnce(SafeHandle socket, Span<byte> destination, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SendOnce(SafeHandle socket, ReadOnlySpan<byte> source, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SendFileOnce(SafeHandle socket, SafeHandle file, ref long offset, nint length);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Shutdown(SafeHandle socket, int how);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Connect(SafeHandle socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetOption(SafeHandle socket, int level, int name, Span<byte> value, ref int length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetName(SafeHandle socket, Span<byte> address, ref int length);
}
