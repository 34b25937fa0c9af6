using System.Text;
using Pwb.Protocol;

namespace Pwb.Security;

/// <summary>
/// The hosts that requests may be for. A page that rebinds its own DNS name to this machine gets past the browser's same-origin
/// policy, but its requests still carry its name. On loopback end points this machine's own names pass, and addresses, which
/// cannot be rebound. Elsewhere such names could belong to any server, so a list decides, and without a list every host passes.
/// </summary>
internal sealed class HostFilter
{
    private const string AnyName = "*";
    private const string AnyLabel = "*.";

    private readonly bool _isLoopback;
    private readonly byte[][] _names;
    private readonly byte[][] _suffixes; // with the dot that they begin with

    private HostFilter(IReadOnlyList<string> allowed, bool isLoopback)
    {
        _isLoopback = isLoopback;
        List<byte[]> names = [];
        List<byte[]> suffixes = [];
        foreach (string name in allowed)
        {
            if (name.StartsWith(AnyLabel, StringComparison.Ordinal)) suffixes.Add(Encoding.ASCII.GetBytes(name[1..]));
            else names.Add(Encoding.ASCII.GetBytes(name));
        }

        if (isLoopback)
        {
            // RFC 6761 §6.3: these never leave the machine.
            names.Add("localhost"u8.ToArray());
            suffixes.Add(".localhost"u8.ToArray());
        }

        _names = [.. names];
        _suffixes = [.. suffixes];
    }

    /// <summary>The filter of an end point; null if it lets everything through.</summary>
    public static HostFilter? For(IReadOnlyList<string>? allowedHosts, bool isLoopback)
    {
        if (allowedHosts is null) return isLoopback ? new HostFilter([], isLoopback) : null;
        foreach (string name in allowedHosts)
            if (string.Equals(name, AnyName, StringComparison.Ordinal)) return null;
        return new HostFilter(allowedHosts, isLoopback);
    }

    /// <summary>Whether this can stand in <see cref="PwbServerOptions.AllowedHosts"/>.</summary>
    public static bool IsValid(string? allowedHost)
    {
        if (string.IsNullOrEmpty(allowedHost)) return false;
        if (string.Equals(allowedHost, AnyName, StringComparison.Ordinal)) return true;

        if (allowedHost[0] == '[')
            return Ascii.IsValid(allowedHost) && Authority.IsValid(Encoding.ASCII.GetBytes(allowedHost))
                && allowedHost[^1] == ']';

        string name = allowedHost.StartsWith(AnyLabel, StringComparison.Ordinal) ? allowedHost[AnyLabel.Length..] : allowedHost;
        return name.Length > 0 && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_')
            && name[0] != '.' && name[^1] != '.';
    }

    /// <summary>Whether a request may be for this authority, which is a valid one or empty. The port does not count.</summary>
    public bool Allows(ReadOnlySpan<byte> authority)
    {
        if (authority.IsEmpty) return true; // HTTP/1.0 without a host, which no browser sends

        bool isAddress6 = authority[0] == '[';
        int length = isAddress6 ? authority.IndexOf((byte)']') + 1 : authority.IndexOf((byte)':');
        ReadOnlySpan<byte> host = length < 0 ? authority : authority[..length];
        if (host.Length > 1 && host[^1] == '.') host = host[..^1]; // the root, which names may be spelled with
        return IsNamed(host) || (_isLoopback && (isAddress6 || Authority.IsIpv4Address(host)));
    }

    private bool IsNamed(ReadOnlySpan<byte> host)
    {
        foreach (byte[] name in _names)
        {
            if (Ascii.EqualsIgnoreCase(host, name)) return true;
        }

        foreach (byte[] suffix in _suffixes)
        {
            if (host.Length > suffix.Length && Ascii.EqualsIgnoreCase(host[^suffix.Length..], suffix)) return true;
        }

        return false;
    }
}
