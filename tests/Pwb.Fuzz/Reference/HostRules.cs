namespace Pwb.Fuzz.Reference;

/// <summary>Rule R7: uri-host [ ":" port ], as in RFC 3986 §3.2.2, without the comma, which would make it a list.</summary>
internal static class HostRules
{
    public static bool IsValid(string authority, bool portRequired = false)
    {
        int hostLength = authority.StartsWith('[')
            ? authority.IndexOf(']', StringComparison.Ordinal) + 1
            : (authority + ":").IndexOf(':', StringComparison.Ordinal);
        if (hostLength == 0)
            return false;

        string host = authority[..hostLength];
        string rest = authority[hostLength..];
        if (rest.Length == 0)
            return !portRequired && IsValidHost(host);

        return rest[0] == ':' && IsValidPort(rest[1..], portRequired) && IsValidHost(host);
    }

    // RFC 3986 §3.2.3 lets the port be empty.
    private static bool IsValidPort(string port, bool required) => port.Length == 0
        ? !required
        : port.Length <= 5 && port.All(c => Characters.IsDigit(c)) && int.Parse(port, null) <= 65535;

    private static bool IsValidHost(string host) =>
        host.StartsWith('[') ? IsIPv6(host[1..^1]) : IsRegisteredName(host);

    private static bool IsRegisteredName(string name)
    {
        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] == '%')
            {
                if (i + 2 >= name.Length || !Characters.IsHexDigit(name[i + 1]) || !Characters.IsHexDigit(name[i + 2]))
                    return false;

                // A letter of any script, but nothing that has a meaning of its own.
                int value = Convert.ToInt32(name.Substring(i + 1, 2), 16);
                if (value < 0x80 && !Characters.IsUnreserved(value))
                    return false;
                i += 2;
            }
            else if (name[i] == ',' || !(Characters.IsUnreserved(name[i]) || Characters.IsSubDelim(name[i])))
            {
                return false;
            }
        }

        return name.Length > 0;
    }

    private static bool IsIPv6(string address)
    {
        string[] halves = address.Split("::");
        if (halves.Length > 2)
            return false;

        int groups = 0;
        for (int half = 0; half < halves.Length; half++)
        {
            if (halves[half].Length == 0)
            {
                if (halves.Length == 1)
                    return false;
                continue;
            }

            string[] parts = halves[half].Split(':');
            for (int i = 0; i < parts.Length; i++)
            {
                bool last = half == halves.Length - 1 && i == parts.Length - 1;
                if (last && parts[i].Contains('.', StringComparison.Ordinal))
                {
                    if (!IsIPv4(parts[i]))
                        return false;
                    groups += 2;
                }
                else
                {
                    if (parts[i].Length is < 1 or > 4 || !parts[i].All(c => Characters.IsHexDigit(c)))
                        return false;
                    groups++;
                }
            }
        }

        return halves.Length == 2 ? groups <= 7 : groups == 8;
    }

    private static bool IsIPv4(string address)
    {
        string[] octets = address.Split('.');
        return octets.Length == 4 && octets.All(o =>
            o.Length is >= 1 and <= 3 && o.All(c => Characters.IsDigit(c)) && int.Parse(o, null) <= 255
                && (o.Length == 1 || o[0] != '0'));
    }
}
