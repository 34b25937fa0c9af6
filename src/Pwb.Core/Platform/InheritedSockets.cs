using System.Globalization;
using System.Net.Sockets;

namespace Pwb.Platform;

/// <summary>
/// Listening sockets that this process was given when it started: sd_listen_fds(3). They stay open as long as the process lives,
/// since the process that gave them has them too.
/// </summary>
internal static class InheritedSockets
{
    private const int First = 3;
    private const string ProcessId = "LISTEN_PID", Count = "LISTEN_FDS", Names = "LISTEN_FDNAMES";

    private static readonly Lock Reading = new();
    private static (int Descriptor, string Name)[]? _activated;

    /// <summary>Those that systemd's variables are about. The variables are then removed: they are not for children.</summary>
    /// <exception cref="IOException">A variable is malformed.</exception>
    public static IReadOnlyList<(int Descriptor, string Name)> Activated
    {
        get
        {
            lock (Reading) return _activated ??= Read();
        }
    }

    /// <summary>The socket of a descriptor, which from now on no child inherits, and which is never closed.</summary>
    /// <exception cref="ArgumentException">The descriptor is not that of a listening socket.</exception>
    public static Socket Adopt(int descriptor)
    {
        Socket socket = Open(descriptor);
        UnixCalls.CloseOnExec(descriptor);
        socket.Blocking = false; // another process may take the client that both have been told of
        return socket;
    }

    private static Socket Open(int descriptor)
    {
        try
        {
            Socket socket = new(new SafeSocketHandle(descriptor, ownsHandle: false));
            bool listens = socket.SocketType == SocketType.Stream
                && socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection) is not 0;
            if (listens) return socket;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            // Said below.
        }

        throw new ArgumentException($"The descriptor {descriptor} is not that of a socket that listens.", nameof(descriptor));
    }

    private static (int Descriptor, string Name)[] Read()
    {
        string? process = Environment.GetEnvironmentVariable(ProcessId), count = Environment.GetEnvironmentVariable(Count);
        if (count is null || process != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)) return [];

        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number > short.MaxValue)
            throw new IOException($"{Count} is '{count}', which is no number of descriptors.");
        string[] names = Environment.GetEnvironmentVariable(Names)?.Split(':') ?? [];
        foreach (string variable in (string[])[ProcessId, Count, Names]) Environment.SetEnvironmentVariable(variable, null);
        return [.. Enumerable.Range(0, number).Select(i => (First + i, i < names.Length ? names[i] : "unknown"))];
    }
}
