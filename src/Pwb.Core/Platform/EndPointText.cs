using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pwb.Platform;

/// <summary>The kinds of places to listen that a text can name.</summary>
internal enum PlaceKind
{
    /// <summary>The text names none.</summary>
    None,

    /// <summary>The machine's own addresses, with a port.</summary>
    Loopback,

    /// <summary>All addresses of the machine, with a port.</summary>
    Any,

    /// <summary>One address, with a port.</summary>
    Address,

    /// <summary>A Unix domain socket, by its path.</summary>
    Unix,

    /// <summary>A named pipe, by its name.</summary>
    Pipe,

    /// <summary>A socket that listens already, by its descriptor.</summary>
    Descriptor,

    /// <summary>All sockets of a supervisor.</summary>
    Activated,
}

/// <summary>A text that names where to listen, in its parts: see <see cref="ServerEndPoint.Parse"/>.</summary>
internal readonly record struct EndPointText(PlaceKind Kind, string Name = "", int Number = 0, IPAddress? Address = null)
{
    private const string Unix = "unix:", Pipe = "pipe:", Descriptor = "fd:";

    public static EndPointText Read(string text)
    {
        if (text == "activated") return new EndPointText(PlaceKind.Activated);
        if (TryCut(text, Unix, out string name)) return new EndPointText(PlaceKind.Unix, WithNul(name));
        if (TryCut(text, Pipe, out name)) return new EndPointText(PlaceKind.Pipe, name);
        if (TryCut(text, Descriptor, out name))
            return TryRead(name, out int descriptor) ? new EndPointText(PlaceKind.Descriptor, Number: descriptor) : default;

        int colon = text.LastIndexOf(':');
        if (colon < 0 || !TryRead(text.AsSpan(colon + 1), out int port) || port > IPEndPoint.MaxPort) return default;

        string host = text[..colon];
        IPAddress? address = AddressOf(host);
        PlaceKind kind = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? PlaceKind.Loopback
            : host.Equals("any", StringComparison.OrdinalIgnoreCase) ? PlaceKind.Any
            : address is null ? PlaceKind.None : PlaceKind.Address;
        return new EndPointText(kind, Number: port, Address: address);
    }

    // An abstract name is written with "@", as the system's tools show it.
    private static string WithNul(string path) => path is ['@', ..] ? '\0' + path[1..] : path;

    private static IPAddress? AddressOf(string host)
    {
        bool isBracketed = host is ['[', not '[', .., ']']; // .NET accepts brackets and a port inside of ours as well
        string text = isBracketed ? host[1..^1] : host;
        if (!IPAddress.TryParse(text, out IPAddress? address)) return null;

        // It also accepts 127.1, which the log would show in another form, and any scope of any address of IPv6. Only those of
        // link-local addresses mean something, and only if the machine has them.
        bool isScoped = text.Contains('%', StringComparison.Ordinal);
        bool isRight = isBracketed
            ? address.AddressFamily == AddressFamily.InterNetworkV6
                && (!isScoped || address is { IsIPv6LinkLocal: true, ScopeId: > 0 })
            : address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text;
        return isRight ? address : null;
    }

    private static bool TryCut(string text, string prefix, out string rest)
    {
        bool isThere = text.StartsWith(prefix, StringComparison.Ordinal);
        rest = isThere ? text[prefix.Length..] : "";
        return isThere;
    }

    // Digits and nothing else: .NET takes NULs behind them.
    private static bool TryRead(ReadOnlySpan<char> digits, out int number)
    {
        number = 0;
        return !digits.ContainsAnyExceptInRange('0', '9')
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
