using System.Text;
using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>
/// The hosts that requests may be for. A page that rebinds its own DNS name to this machine gets past the browser's same-origin policy, but
/// its requests still carry its name. Addresses cannot be rebound, and so always pass.
/// </summary>
internal sealed class HostFilter
{
    private const string AnyName = "*";
    private const string AnyLabel = "*.";

    private readonly byte[][] _names;
    private readonly byte[][] _suffixes; // with the dot that they begin with

    private HostFilter(IEnumerable<string> names)
    {
        List<string> all = ["localhost", "*.localhost", .. names]; // RFC 6761 §6.3: these never leave the machine
        _names = [.. all.Where(name => !name.StartsWith(AnyLabel, StringComparison.Ordinal)).Select(Encoding.ASCII.GetBytes)];
        _suffixes = [.. all.Where(name => name.StartsWith(AnyLabel, StringComparison.Ordinal)).Select(name => Encoding.ASCII.GetBytes(name[1..]))];
    }

    /// <summary>The filter of an end point; null if it lets everything through.</summary>
    public static HostFilter? For(IReadOnlyList<string>? allowedHosts, bool isLoopback)
    {
        if (allowedHosts is null) return isLoopback ? new HostFilter([]) : null;
        return allowedHosts.Contains(AnyName, StringComparer.Ordinal) ? null : new HostFilter(allowedHosts);
    }

    /// <summary>Whether this can stand in <see cref="PwbServerOptions.AllowedHosts"/>.</summary>
    public static bool IsValid(string? allowedHost)
    {
        if (string.IsNullOrEmpty(allowedHost)) return false;
        if (string.Equals(allowedHost, AnyName, StringComparison.Ordinal)) return true;

        string name = allowedHost.StartsWith(AnyLabel, StringComparison.Ordinal) ? allowedHost[AnyLabel.Length..] : allowedHost;
        return name.Length > 0 && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_') && name[0] != '.' && name[^1] != '.';
    }

    /// <summary>Whether a request may be for this authority, which is a valid one or empty. The port does not count.</summary>
    public bool Allows(ReadOnlySpan<byte> authority)
    {
        if (authority.IsEmpty || authority[0] == '[') return true; // HTTP/1.0 without a host, which no browser sends; an IPv6 address

        int colon = authority.IndexOf((byte)':');
        ReadOnlySpan<byte> host = colon < 0 ? authority : authority[..colon];
        if (host.Length > 1 && host[^1] == '.') host = host[..^1]; // the root, which names may be spelled with
        return IsNamed(host) || Authority.IsIpv4Address(host);
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
