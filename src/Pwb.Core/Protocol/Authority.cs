namespace Pwb.Protocol;

/// <summary>The host and port of a Host field or of an absolute-form target: uri-host [ ":" port ], RFC 9110 §7.2.</summary>
internal static class Authority
{
    /// <summary>Whether this is one non-empty host with an optional port, without user information.</summary>
    public static bool IsValid(ReadOnlySpan<byte> authority)
    {
        int hostLength = authority.StartsWith("["u8) ? IpLiteralLength(authority) : RegNameLength(authority);
        if (hostLength <= 0) return false;

        ReadOnlySpan<byte> port = authority[hostLength..];
        return port.IsEmpty || (port[0] == ':' && IsPort(port[1..]));
    }

    /// <summary>
    /// Whether an authority may begin like this. For an incomplete one, so that a bad authority is refused at its bad byte.
    /// </summary>
    public static bool MayBegin(ReadOnlySpan<byte> prefix)
    {
        if (prefix.IsEmpty) return true;

        bool isLiteral = prefix[0] == '[';
        int hostLength = isLiteral ? prefix.IndexOf((byte)']') + 1 : prefix.IndexOf((byte)':');
        bool isHostWhole = isLiteral ? hostLength > 0 : hostLength >= 0;
        if (isHostWhole) return IsValid(prefix);

        return isLiteral
            ? Ipv6MayBegin(prefix[1..])
            : Grammar.RegNameBytes.IndexOfAnyExcept(prefix) < 0 && HasOnlyPlainEscapes(prefix, isPrefix: true);
    }

    // Not every wrong beginning is found here, but every character that can stand in no address.
    private static bool Ipv6MayBegin(ReadOnlySpan<byte> prefix)
    {
        foreach (byte value in prefix)
        {
            if (Grammar.HexValue(value) < 0 && value is not ((byte)':' or (byte)'.')) return false;
        }

        return true;
    }

    private static int RegNameLength(ReadOnlySpan<byte> authority)
    {
        int length = Grammar.RegNameBytes.IndexOfAnyExcept(authority);
        if (length < 0) length = authority.Length;
        return HasOnlyPlainEscapes(authority[..length], isPrefix: false) ? length : -1;
    }

    // An escape may stand for a letter of any script, never for a character that means something in a URI or to a terminal.
    private static bool HasOnlyPlainEscapes(ReadOnlySpan<byte> name, bool isPrefix)
    {
        if (!Grammar.HasOnlyWholeEscapes(name, isPrefix)) return false;

        for (int at = name.IndexOf((byte)'%'); at >= 0 && at + 2 < name.Length; at = name.IndexOf((byte)'%'))
        {
            byte value = (byte)((Grammar.HexValue(name[at + 1]) << 4) | Grammar.HexValue(name[at + 2]));
            if (value < 0x80 && !Grammar.UnreservedBytes.Contains(value)) return false;
            name = name[(at + 3)..];
        }

        return true;
    }

    private static int IpLiteralLength(ReadOnlySpan<byte> authority)
    {
        int end = authority.IndexOf((byte)']');
        return end > 0 && IsIpv6Address(authority[1..end]) ? end + 1 : -1;
    }

    // RFC 3986 §3.2.2: eight groups of one to four hexadecimal digits, the last two of which may be an IPv4 address, with
    // at most one "::" that stands for at least one group. No zone, and no IPvFuture: nothing has ever used it.
    private static bool IsIpv6Address(ReadOnlySpan<byte> address)
    {
        int gap = address.IndexOf("::"u8);
        if (gap < 0) return CountGroups(address, mayEndInIpv4: true) == 8;

        ReadOnlySpan<byte> before = address[..gap];
        ReadOnlySpan<byte> after = address[(gap + 2)..];
        int groupsBefore = before.IsEmpty ? 0 : CountGroups(before, mayEndInIpv4: false);
        int groupsAfter = after.IsEmpty ? 0 : CountGroups(after, mayEndInIpv4: true);
        return groupsBefore >= 0 && groupsAfter >= 0 && groupsBefore + groupsAfter <= 7;
    }

    private static int CountGroups(ReadOnlySpan<byte> groups, bool mayEndInIpv4)
    {
        int count = 0;
        while (true)
        {
            int colon = groups.IndexOf((byte)':');
            ReadOnlySpan<byte> group = colon < 0 ? groups : groups[..colon];
            if (colon < 0 && mayEndInIpv4 && group.Contains((byte)'.')) return IsIpv4Address(group) ? count + 2 : -1;
            if (!IsHexGroup(group)) return -1;

            count++;
            if (colon < 0) return count;
            groups = groups[(colon + 1)..];
        }
    }

    private static bool IsHexGroup(ReadOnlySpan<byte> group)
    {
        if (group.Length is 0 or > 4) return false;
        foreach (byte digit in group)
        {
            if (Grammar.HexValue(digit) < 0) return false;
        }

        return true;
    }

    /// <summary>Whether this is an IPv4 address as RFC 3986 §3.2.2 has it: four decimal numbers.</summary>
    public static bool IsIpv4Address(ReadOnlySpan<byte> address)
    {
        for (int part = 0; part < 4; part++)
        {
            int dot = address.IndexOf((byte)'.');
            if (dot < 0 != (part == 3)) return false;

            if (!IsDecimalOctet(dot < 0 ? address : address[..dot])) return false;
            address = address[(dot + 1)..];
        }

        return true;
    }

    private static bool IsDecimalOctet(ReadOnlySpan<byte> octet) =>
        octet.Length is >= 1 and <= 3 && (octet.Length == 1 || octet[0] != '0') && ReadSmallNumber(octet) is >= 0 and <= 255;

    // RFC 3986 §3.2.3 lets the port be empty.
    private static bool IsPort(ReadOnlySpan<byte> port) =>
        port.IsEmpty || (port.Length <= 5 && ReadSmallNumber(port) is >= 0 and <= 65535);

    private static int ReadSmallNumber(ReadOnlySpan<byte> digits)
    {
        int value = 0;
        foreach (byte digit in digits)
        {
            if (!Grammar.IsDigit(digit)) return -1;
            value = (value * 10) + (digit - '0');
        }

        return value;
    }
}
