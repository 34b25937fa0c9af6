using System.Buffers;
using System.Net;
using System.Text;

namespace Pwb.Around;

/// <summary>The statement of one proxy about its client.</summary>
/// <param name="For">The node: an address with or without a port, or another name.</param>
/// <param name="Scheme">The scheme; null if it does not say.</param>
/// <param name="Host">The host; null if it does not say.</param>
internal readonly record struct ForwardedHop(string For, string? Scheme, string? Host)
{
    private const string Blanks = " \t";

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The node's address; null for a node without one (RFC 7239 §6: "unknown", or an obfuscated name).</summary>
    public IPAddress? Address
    {
        get
        {
            string text = For;
            bool isBracketed = text is ['[', ..];
            if (isBracketed)
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

            if (!IPAddress.TryParse(text, out IPAddress? address)) return null;
            if (text.Contains(':', StringComparison.Ordinal)) return Plain(address);

            // An IPv4 address in its one form: 1, 127.1 and 010.0.0.1 are read in other ways elsewhere.
            return !isBracketed && address.ToString() == text ? address : null;
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

        // Each proxy appends, so its statement has the same distance from the end in each field. A proxy that sets a field
        // instead is alone there.
        for (int i = 0; i < nodes.Count; i++)
            hops.Add(new ForwardedHop(nodes[i], FromEnd(schemes, nodes.Count - i), FromEnd(hosts, nodes.Count - i)));
        return hops;
    }

    /// <summary>The hops of Forwarded, the client's first: RFC 7239 §4.</summary>
    /// <returns>
    /// Null if any part is malformed, since the parts behind it might be read in two ways. A client can write such a part, and
    /// must not pass for a proxy by it.
    /// </returns>
    public static List<ForwardedHop>? ReadForwarded(HttpFields fields)
    {
        List<ForwardedHop> hops = [];
        ReadOnlySpan<char> rest = fields["Forwarded"]; // a span, since a copy for each part would cost the square of its length
        while (!rest.IsEmpty)
        {
            if (!TryTakeHop(ref rest, out ForwardedHop? hop)) return null;
            if (hop is { } one) hops.Add(one);
            if (!rest.IsEmpty) rest = rest[1..]; // the comma
        }

        return hops;
    }

    // Up to a comma or the end. Pairs may be missing, and so may elements (RFC 9110 §5.6.1); none may be there twice.
    private static bool TryTakeHop(ref ReadOnlySpan<char> rest, out ForwardedHop? hop)
    {
        hop = null;
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        while (true)
        {
            rest = rest.TrimStart(Blanks);
            if (rest is not ([] or [';' or ',', ..]))
            {
                int equals = rest.IndexOf('=');
                if (equals <= 0 || rest[..equals].ContainsAnyExcept(TokenCharacters)) return false;
                string name = rest[..equals].ToString();
                rest = rest[(equals + 1)..];
                if (!names.Add(name) || !TryTakeValue(ref rest, out string value)) return false;
                hop = With(hop ?? new ForwardedHop("unknown", null, null), name, value);
                rest = rest.TrimStart(Blanks);
            }

            if (rest is not [';', ..]) return rest is [] or [',', ..];
            rest = rest[1..];
        }
    }

    private static ForwardedHop With(ForwardedHop hop, string name, string value) => name.ToUpperInvariant() switch
    {
        "FOR" => hop with { For = value },
        "PROTO" => hop with { Scheme = value },
        "HOST" => hop with { Host = value },
        _ => hop,
    };

    private static bool TryTakeValue(ref ReadOnlySpan<char> rest, out string value)
    {
        if (rest is not ['"', ..])
        {
            int end = rest.IndexOfAny(";, \t\"");
            value = (end < 0 ? rest : rest[..end]).ToString();
            rest = rest[value.Length..];
            return value.Length > 0;
        }

        StringBuilder text = new();
        int at = 1;
        for (; at < rest.Length && rest[at] != '"'; at++)
        {
            if (rest[at] == '\\' && ++at == rest.Length) break;
            text.Append(rest[at]);
        }

        value = text.ToString();
        if (at >= rest.Length) return false; // no quote at its end
        rest = rest[(at + 1)..];
        return true;
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
