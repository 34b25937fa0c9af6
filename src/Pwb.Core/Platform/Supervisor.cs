using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Pwb.Platform;

/// <summary>
/// The supervisor that started this process and wants notices, such as systemd: sd_notify(3), sd_watchdog_enabled(3). A notice is
/// one datagram to a Unix domain socket.
/// </summary>
#pragma warning disable CA1001 // the socket is open as long as the process lives
internal sealed class Supervisor
{
    private const string Address = "NOTIFY_SOCKET", WatchdogInterval = "WATCHDOG_USEC", WatchdogProcess = "WATCHDOG_PID";
    private const long BeatMilliseconds = 1000;

    private static readonly Lazy<Supervisor?> TheOne = new(FindOnce);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    private readonly UnixDomainSocketEndPoint _address;
    private readonly long _interval; // between signs of life, in milliseconds; 0 if none are asked for
    private long _dueAt;

    private Supervisor(UnixDomainSocketEndPoint address, long interval) => (_address, _interval) = (address, interval);

    /// <summary>The supervisor of this process, or null. Removes the variables that name it: they are not for children.</summary>
    public static Supervisor? Current => TheOne.Value;

    /// <summary>The supervisor that these variables name, or null.</summary>
    public static Supervisor? In(Func<string, string?> environment)
    {
        // @ stands for the NUL of an abstract name. Any other name without a slash at its beginning, such as vsock:, is not a
        // Unix domain socket.
        if (environment(Address) is not { Length: > 1 } name || name[0] is not ('/' or '@') || OperatingSystem.IsWindows())
            return null;
        try
        {
            UnixDomainSocketEndPoint address = new(name[0] == '@' ? '\0' + name[1..] : name);
            return new Supervisor(address, IntervalIn(environment));
        }
        catch (ArgumentException) // too long for an address
        {
            return null;
        }
    }

    /// <summary>Sends a notice.</summary>
    /// <exception cref="SocketException">No supervisor listens.</exception>
    public async ValueTask TellAsync(string notice, CancellationToken cancellationToken) =>
        await _socket.SendToAsync(Encoding.ASCII.GetBytes(notice), SocketFlags.None, _address, cancellationToken)
            .ConfigureAwait(false);

    /// <summary>Sends a sign of life if it is due, without waiting. To be called once a second.</summary>
    /// <param name="now">Milliseconds on a monotonic clock.</param>
    public void Beat(long now)
    {
        if (_interval == 0 || now < _dueAt) return;
        _dueAt = now + (_interval / 2) - BeatMilliseconds; // sd_watchdog_enabled(3): in half of the time
        try
        {
            _socket.SendTo("WATCHDOG=1"u8, SocketFlags.None, _address);
        }
        catch (SocketException)
        {
            _dueAt = now; // no supervisor, or a busy one: the next beat tries again
        }
    }

    private static Supervisor? FindOnce()
    {
        Supervisor? found = In(Environment.GetEnvironmentVariable);
        foreach (string variable in (string[])[Address, WatchdogInterval, WatchdogProcess])
            Environment.SetEnvironmentVariable(variable, null);
        return found;
    }

    private static long IntervalIn(Func<string, string?> environment)
    {
        bool isOurs = environment(WatchdogProcess) is not { Length: > 0 } process
            || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        bool isNumber = long.TryParse(
            environment(WatchdogInterval), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds);
        return isOurs && isNumber ? microseconds / 1000 : 0;
    }
}
