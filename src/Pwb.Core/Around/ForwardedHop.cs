using System.Net;
using System.Text;
using Pwb.Protocol;

namespace Pwb.Around;

/// <summary>What one proxy says of whom it was asked by.</summary>
/// <param name="For">The node: an address with or without a port, or another name.</param>
/// <param name="Scheme">The scheme; null if it does not say.</param>
/// <param name="Host">The host; null if it does not say.</param>
internal readonly record struct ForwardedHop(string For, string? Scheme, string? Host)
{
    /// <summary>The node's address; null if it has none that can be read (RFC 7239 §6: "unknown", or a name made up).</summary>
    public IPAddress? Address
    {
        get
        {
            string text = For;
            if (text is ['[', ..])
            {
                int end = text.IndexOf(']', StringComparison.Ordinal);
                if (end < 0 || !IsPort(text.AsSpan(end + 1))) return null;
                text = text[1..end];
            }
            else if (text.AsSpan().Count(':') == 1)
            {
                int colon = text.IndexOf(':', StringComparison.Ordinal);
                if (!IsPort(text.AsSpan(colon))) return null;
                text = text[..colon];
            }

            // An IPv4 address has four numbers: others would be read in other ways elsewhere.
            bool isWhole = text.Contains(':', StringComparison.Ordinal) || text.AsSpan().Count('.') == 3;
            return isWhole && IPAddress.TryParse(text, out IPAddress? address) ? Plain(address) : null;
        }
    }

    /// <summary>An IPv4 address that comes as IPv6 is the same.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>The hops of X-Forwarded-For, -Proto and -Host, the client's first.</summary>
    public static List<ForwardedHop> ReadXForwarded(HttpFields fields)
    {
        List<string> nodes = Members(fields["X-Forwarded-For"]);
        List<string> schemes = Members(fields["X-Forwarded-Proto"]);
        List<string> hosts = Members(fields["X-Forwarded-Host"]);
        List<ForwardedHop> hops = [];

        // Each proxy appends: what it says is as far from the end in each field. One that sets a field instead has it alone
        // there.
        for (int i = 0; i < nodes.Count; i++)
            hops.Add(new ForwardedHop(nodes[i], FromEnd(schemes, nodes.Count - i), FromEnd(hosts, nodes.Count - i)));
        return hops;
    }

    /// <summary>The hops of Forwarded, the client's first: RFC 7239 §4.</summary>
    /// <returns>None at all if any part is malformed: what is behind it might be read in two ways.</returns>
    public static List<ForwardedHop> ReadForwarded(HttpFields fields)
    {
        List<ForwardedHop> hops = [];
        string? rest = fields["Forwarded"];
        while (rest is not null)
        {
            ForwardedHop hop = new("unknown", null, null);
            while (true)
            {
                rest = rest.TrimStart(' ', '\t');
                int equals = rest.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0 || !Grammar.IsToken(Encoding.Latin1.GetBytes(rest[..equals]))) return [];
                string name = rest[..equals];
                if (!TryTakeValue(ref rest, equals + 1, out string value)) return [];
                hop = name.ToLowerInvariant() switch
                {
                    "for" => hop with { For = value },
                    "proto" => hop with { Scheme = value },
                    "host" => hop with { Host = value },
                    _ => hop,
                };
                rest = rest.TrimStart(' ', '\t');
                if (rest is not [';', ..]) break;
                rest = rest[1..];
            }

            hops.Add(hop);
            if (rest.Length == 0) return hops;
            if (rest[0] != ',') return [];
            rest = rest[1..];
        }

        return hops;
    }

    private static bool TryTakeValue(ref string rest, int start, out string value)
    {
        StringBuilder text = new();
        int at = start;
        bool isQuoted = at < rest.Length && rest[at] == '"';
        if (isQuoted) at++;
        for (; at < rest.Length; at++)
        {
            char character = rest[at];
            if (isQuoted ? character == '"' : character is ';' or ',' or ' ' or '\t' or '"') break;
            if (isQuoted && character == '\\' && ++at == rest.Length) break;
            text.Append(rest[at]);
        }

        value = text.ToString();
        if (isQuoted && (at >= rest.Length || rest[at] != '"')) return false;
        rest = rest[(isQuoted ? at + 1 : at)..];
        return isQuoted || value.Length > 0;
    }

    private static string? FromEnd(List<string> members, int distance)
    {
        if (members.Count == 1) return members[0];
        return distance <= members.Count ? members[^distance] : null;
    }

    private static List<string> Members(string? value) =>
        value is null ? [] : [.. value.Split(',', StringSplitOptions.TrimEntries)];

    private static bool IsPort(ReadOnlySpan<char> text) =>
        text.IsEmpty || (text.Length is > 1 and <= 6 && text[0] == ':' && !text[1..].ContainsAnyExceptInRange('0', '9'));
}
