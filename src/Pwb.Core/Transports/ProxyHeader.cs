using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Text;

namespace Pwb.Transports;

/// <summary>
/// Parses a header of the PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt). Open points of the specification
/// are decided strictly, since an address that can be read in two ways could be forged.
/// </summary>
internal static class ProxyHeader
{
    /// <summary>The greatest length of a header of version 1, with its CRLF: §2.1.</summary>
    public const int MaxTextLength = 107;

    /// <summary>The length of a header of version 2 before its addresses: §2.2.</summary>
    public const int FixedLength = 16;

    // Version 2 and a command.
    private const byte Local = 0x20, Proxy = 0x21;

    private const byte Unspecified = 0x00, Checksum = 0x03;

    /// <summary>The first bytes of version 2.</summary>
    public static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>The first bytes of version 1.</summary>
    public static ReadOnlySpan<byte> TextStart => "PROXY "u8;

    /// <summary>The length of what follows the fixed part of version 2.</summary>
    public static int LengthOf(ReadOnlySpan<byte> fixedPart) => BinaryPrimitives.ReadUInt16BigEndian(fixedPart[14..]);

    /// <summary>Whether the fixed part of version 2 can be that of a header.</summary>
    public static bool IsFixedPart(ReadOnlySpan<byte> fixedPart) =>
        fixedPart[12] == Local
        || (fixedPart[12] == Proxy && fixedPart[13] is Unspecified or 0x11 or 0x12 or 0x21 or 0x22 or 0x31 or 0x32);

    /// <summary>Reads a line of version 1, with its CRLF.</summary>
    /// <returns>False if the header is malformed. The addresses are null for UNKNOWN.</returns>
    public static bool TryReadText(ReadOnlySpan<byte> line, out EndPoint? source, out EndPoint? destination)
    {
        source = destination = null;
        if (!line.StartsWith(TextStart) || !line.EndsWith("\r\n"u8)) return false;
        string text = Encoding.Latin1.GetString(line[TextStart.Length..^2]);
        if (text.Contains('\r', StringComparison.Ordinal)) return false;
        string[] parts = text.Split(' ');
        if (parts[0] == "UNKNOWN") return true; // whatever follows

        AddressFamily? family = parts[0] switch
        {
            "TCP4" => AddressFamily.InterNetwork,
            "TCP6" => AddressFamily.InterNetworkV6,
            _ => null,
        };
        if (family is null || parts.Length != 5) return false;
        source = EndPointOf(parts[1], parts[3], family.Value);
        destination = EndPointOf(parts[2], parts[4], family.Value);
        return source is not null && destination is not null;
    }

    /// <summary>Reads a whole header of version 2, by the length in its fixed part; nothing if that is malformed.</summary>
    /// <returns>False if the header is malformed. The addresses are null if it has none.</returns>
    public static bool TryReadBinary(ReadOnlySpan<byte> header, out EndPoint? source, out EndPoint? destination)
    {
        source = destination = null;
        if (header.IsEmpty) return false;
        if (header[12] == Local || header[13] == Unspecified) return true; // whatever follows

        ReadOnlySpan<byte> rest = header[FixedLength..];
        int addressLength = (header[13] >> 4) switch { 1 => 4, 2 => 16, _ => 108 };
        int length = (2 * addressLength) + (addressLength == 108 ? 0 : 2 * sizeof(ushort));
        if (rest.Length < length || !AreExtensions(header, FixedLength + length)) return false;
        if (addressLength == 108)
        {
            source = new UnixPeerEndPoint(); // the names of clients' sockets are mostly empty, and of no use
            return true;
        }

        ReadOnlySpan<byte> ports = rest[(2 * addressLength)..];
        source = new IPEndPoint(new IPAddress(rest[..addressLength]), BinaryPrimitives.ReadUInt16BigEndian(ports));
        destination = new IPEndPoint(
            new IPAddress(rest.Slice(addressLength, addressLength)), BinaryPrimitives.ReadUInt16BigEndian(ports[2..]));
        return true;
    }

    // §2.2.3: a receiver that knows the checksum has to verify it.
    private static bool AreExtensions(ReadOnlySpan<byte> header, int at)
    {
        while (at < header.Length)
        {
            if (header.Length - at < 3) return false;
            int length = BinaryPrimitives.ReadUInt16BigEndian(header[(at + 1)..]);
            int value = at + 3;
            if (header.Length - value < length) return false;
            if (header[at] == Checksum && (length != sizeof(uint) || !IsChecksum(header, value))) return false;
            at = value + length;
        }

        return true;
    }

    private static bool IsChecksum(ReadOnlySpan<byte> header, int at)
    {
        uint sum = uint.MaxValue;
        for (int i = 0; i < header.Length; i++)
            sum = BitOperations.Crc32C(sum, i >= at && i < at + sizeof(uint) ? (byte)0 : header[i]);
        return ~sum == BinaryPrimitives.ReadUInt32BigEndian(header[at..]);
    }

    // IPAddress also reads "1", "0x7f.1", "[::1]:80" and zones, and numbers with zeros in front as octal ones. UInt16 also reads
    // zeros in front, and NULs behind.
    private static IPEndPoint? EndPointOf(string address, string port, AddressFamily family)
    {
        bool isPort = ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            && char.IsAsciiDigit(port[^1]) && (port.Length == 1 || port[0] != '0');
        if (!isPort || !IPAddress.TryParse(address, out IPAddress? ip) || ip.AddressFamily != family) return null;
        bool isPlain = family == AddressFamily.InterNetwork ? ip.ToString() == address : !address.AsSpan().ContainsAny('[', '%');
        return isPlain ? new IPEndPoint(ip, number) : null;
    }
}
