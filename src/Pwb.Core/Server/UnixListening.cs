using System.Net.Sockets;

namespace Pwb.Server;

/// <summary>Listens on Unix domain sockets, whose addresses are files.</summary>
internal static class UnixListening
{
    // The errors of opening a socket's file: <errno.h> of Linux and macOS, and ERROR_CANT_ACCESS_FILE of Windows.
    private const int NoSuchDevice = 6, NotSupported = 102, CannotAccess = unchecked((int)0x80070780);

    /// <summary>
    /// Binds and listens. A file that a crashed server left is replaced, but not one at which another server answers.
    /// </summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    /// <exception cref="IOException">The file's mode cannot be set.</exception>
    /// <exception cref="UnauthorizedAccessException">The file's mode cannot be set.</exception>
    public static Socket Bind(UnixDomainSocketEndPoint address, UnixFileMode mode, int backlog)
    {
        string path = address.ToString();
        bool isFile = path[0] != '@' || !IsAbstract(address);
        try
        {
            return BindOnce(address, isFile ? path : null, mode, backlog);
        }
        catch (SocketException exception)
            when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse && isFile && RemoveIfLeft(address))
        {
            return BindOnce(address, path, mode, backlog);
        }
    }

    /// <summary>Removes the file that a crashed server left, and no other.</summary>
    /// <returns>Whether there was such a file.</returns>
    public static bool RemoveIfLeft(UnixDomainSocketEndPoint address)
    {
        string path = address.ToString();
        if (!IsLeft(address, path)) return false;
        File.Delete(path);
        return true;
    }

    // A name that begins with NUL is not in the file system: unix(7).
    private static bool IsAbstract(UnixDomainSocketEndPoint address) => address.Serialize()[2] == 0;

    private static Socket BindOnce(UnixDomainSocketEndPoint address, string? path, UnixFileMode mode, int backlog)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(address);

            // No client can connect before the socket listens, so the mode holds from the first moment.
            if (path is not null && !OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
            socket.Listen(backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // A file that is not a socket refuses the connection too.
    private static bool IsLeft(UnixDomainSocketEndPoint address, string path)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Blocking = false; // a full backlog shows a server too
            socket.Connect(address);
            return false;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path);
        }
    }

    // For writing as well as reading, since that does not wait for the other end of a FIFO.
    private static bool IsSocket(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            return false;
        }
        catch (IOException exception)
        {
            return exception.HResult is NoSuchDevice or NotSupported or CannotAccess;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
