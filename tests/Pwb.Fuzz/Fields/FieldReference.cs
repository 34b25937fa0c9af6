using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Pwb.Fuzz.Fields;

/// <summary>Second, plain readers of the fields that handlers around others read: by regular expressions.</summary>
internal static partial class FieldReference
{
    private const string Peer = "10.0.0.9";
    private const string Pair = """(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+=(?:[^;, \t"]+|"(?:[^"\\]|\\.)*"))""";
    private const string Element = $"(?<element>[ \t]*(?:{Pair}[ \t]*)?(?:;[ \t]*(?:{Pair}[ \t]*)?)*)";

    // RFC 7239 §4, with blanks around what separates, and with values that are no tokens, as proxies send them.
    private static readonly Regex Field = new($"^{Element}(?:,{Element})*$", RegexOptions.Compiled | RegexOptions.Singleline);

    /// <summary>The client and the scheme by RFC 7239; nothing for the client if it is not known.</summary>
    public static string Forwarded(string value)
    {
        Match field = Field.Match(value);
        if (!field.Success) return " http";
        List<(string Node, string? Scheme)> hops = [];
        foreach (Capture element in field.Groups["element"].Captures)
        {
            MatchCollection pairs = ForwardedPair().Matches(element.Value);
            string[] names = [.. pairs.Select(pair => pair.Groups["name"].Value.ToUpperInvariant())];
            if (names.Length == 0) continue;
            if (names.Distinct(StringComparer.Ordinal).Count() < names.Length) return " http";
            hops.Add((Of("FOR") ?? "unknown", Of("PROTO")));

            string? Of(string name) => pairs.Where((_, i) => names[i] == name)
                .Select(
                    pair =>
                        pair.Groups["plain"].Success
                            ? pair.Groups["plain"].Value : Escape().Replace(pair.Groups["quoted"].Value, "$1")).FirstOrDefault();
        }

        return Walk(hops);
    }

    /// <summary>The same by X-Forwarded-For and X-Forwarded-Proto, which proxies append to.</summary>
    public static string XForwarded(string nodes, string schemes)
    {
        string[] all = nodes.Split(',').Select(node => node.Trim()).ToArray();
        string[] protos = schemes.Split(',').Select(scheme => scheme.Trim()).ToArray();
        return Walk(
            [.. all.Select(
                (node, i) => (node, protos.Length == 1 ? protos[0] : protos.Reverse().ElementAtOrDefault(all.Length - 1 - i)))]);
    }

    /// <summary>The user and the password by RFC 7617; nothing if there are none.</summary>
    public static string Basic(string value)
    {
        if (BasicCredentials().Match(value) is not { Success: true } match) return "";
        string base64 = match.Groups["token"].Value;
        if (base64.Length % 4 != 0) return "";
        string text = Encoding.Latin1.GetString(Convert.FromBase64String(base64));
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Encoding.Latin1.GetBytes(text));
        }
        catch (ArgumentException)
        {
            return "";
        }

        return UserAndPassword().Match(text) is { Success: true } both ? $"{both.Groups[1].Value}\n{both.Groups[2].Value}" : "";
    }

    /// <summary>The token by RFC 6750; nothing if there is none.</summary>
    public static string Bearer(string value) => BearerCredentials().Match(value).Groups["token"].Value;

    private static string Walk(List<(string Node, string? Scheme)> hops)
    {
        string? client = Peer;
        string scheme = "http";
        foreach ((string node, string? proto) in Enumerable.Reverse(hops))
        {
            client = Address(node);
            if (proto is not null && Regex.IsMatch(proto, "^https?$", RegexOptions.IgnoreCase)) scheme = proto.ToLowerInvariant();
            if (client is null || !client.StartsWith("10.", StringComparison.Ordinal)) break;
        }

        return $"{client} {scheme}";
    }

    private static string? Address(string node)
    {
        if (FourNumbers().Match(node) is { Success: true } four) return four.Groups["address"].Value;
        string text = Bracketed().Match(node) is { Success: true } bracketed ? bracketed.Groups["address"].Value : node;
        if (text.Count(character => character == ':') < 2 || text.Contains('[', StringComparison.Ordinal)
            || !IPAddress.TryParse(text, out IPAddress? six)) return null;
        return (six.IsIPv4MappedToIPv6 ? six.MapToIPv4() : six).ToString();
    }

    [GeneratedRegex("""(?<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:(?<plain>[^;, \t"]+)|"(?<quoted>(?:[^"\\]|\\.)*)")""")]
    private static partial Regex ForwardedPair();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escape();

    [GeneratedRegex(
        @"^(?<address>(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3})"
            + @"(?::[0-9]{1,5})?$")]
    private static partial Regex FourNumbers();

    [GeneratedRegex(@"^\[(?<address>[^\]]*)\](?::[0-9]{1,5})?$")]
    private static partial Regex Bracketed();

    [GeneratedRegex("^basic +(?<token>[A-Za-z0-9+/]+={0,2})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BasicCredentials();

    [GeneratedRegex("^bearer +(?<token>[A-Za-z0-9._~+/=-]+)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BearerCredentials();

    [GeneratedRegex(@"^([^:\p{Cc}]*):(\P{Cc}*)$")]
    private static partial Regex UserAndPassword();
}
