using System.Net;
using System.Net.Sockets;

namespace Pwb.Tests.Infrastructure;

/// <summary>Ports for tests that have to know one beforehand, or what has become of it afterwards.</summary>
internal static class OwnPort
{
    // Systems give those above 32767 to whoever asks for any, and so to the tests that run beside this one.
    private const int First = 10_000, Count = 20_000;

    private static int _last = Random.Shared.Next(Count);

    /// <summary>A port that nobody has and nobody else will be given.</summary>
    public static int Take()
    {
        while (true)
        {
            int port = First + (Interlocked.Increment(ref _last) % Count);
            try
            {
                using TcpListener probe = new(IPAddress.Any, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }
}
