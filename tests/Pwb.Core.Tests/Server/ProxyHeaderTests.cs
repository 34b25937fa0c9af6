using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Logging;
using Pwb.Tests.Infrastructure;
using Pwb.Transports;

namespace Pwb.Tests.Server;

/// <summary>Headers of the PROXY protocol, good and bad: proxy-protocol.txt of haproxy.org.</summary>
public sealed class ProxyHeaderTests
{
    private const string Behind = "GET / HTTP/1.1\r\n";

    private static readonly IPEndPoint Peer = IPEndPoint.Parse("10.0.0.1:40000");

    private static readonly byte[] Ipv4 = [203, 0, 113, 9, 198, 51, 100, 2, 0xC3, 0x53, 0x01, 0xBB];

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.9 198.51.100.2 50003 443\r\n", "203.0.113.9:50003", "198.51.100.2:443")]
    [InlineData("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255:65535", "255.255.255.255:65535")]
    [InlineData("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n", "0.0.0.0:0", "0.0.0.0:0")]
    [InlineData("PROXY TCP6 2001:db8::9 ::1 50003 443\r\n", "[2001:db8::9]:50003", "[::1]:443")]
    [InlineData(
        "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535")]
    [InlineData("PROXY TCP6 2001:DB8:0:0:0:0:0:9 ::ffff:198.51.100.2 1 2\r\n", "[2001:db8::9]:1", "[::ffff:198.51.100.2]:2")]
    [InlineData("PROXY UNKNOWN\r\n", null, null)]
    [InlineData("PROXY UNKNOWN 203.0.113.9 whatever this is\r\n", null, null)]
    public async Task Reads_lines_of_version_1(string header, string? source, string? destination) =>
        (await ReadAsync(Latin1.Bytes(header))).Should().Be($"{source} {destination}");

    [Theory]
    [InlineData("proxy TCP4 203.0.113.9 198.51.100.2 50003 443\r\n")]
    [InlineData("PROXY  TCP4 203.0.113.9 198.51.100.2 50003 443\r\n")]
    [InlineData("PROXY\tTCP4 203.0.113.9 198.51.100.2 50003 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9  198.51.100.2 50003 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 198.51.100.2 50003 443 \r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 198.51.100.2 50003 443 1\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 198.51.100.2 50003\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 198.51.100.2 50003 443\n")]
    [InlineData("PROXY TCP4 203.0.113.9 198.51.100.2 50003 443\r")]
    [InlineData("PROXY TCP4 203.0.113.9 198.51.100.2 50003 443\rX\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 198.51.100.2 50003 65536\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 198.51.100.2 050003 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 198.51.100.2 +5 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 198.51.100.2 -1 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 198.51.100.2  443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.256 198.51.100.2 50003 443\r\n")]
    [InlineData("PROXY TCP4 203.0.113.09 198.51.100.2 50003 443\r\n")]
    [InlineData("PROXY TCP4 203.0.28937 198.51.100.2 50003 443\r\n")]
    [InlineData("PROXY TCP4 0xCB.0.113.9 198.51.100.2 50003 443\r\n")]
    [InlineData("PROXY TCP4 2001:db8::9 ::1 50003 443\r\n")]
    [InlineData("PROXY TCP4 ::ffff:203.0.113.9 198.51.100.2 50003 443\r\n")]
    [InlineData("PROXY TCP6 203.0.113.9 198.51.100.2 50003 443\r\n")]
    [InlineData("PROXY TCP6 [2001:db8::9] ::1 50003 443\r\n")]
    [InlineData("PROXY TCP6 fe80::1%1 ::1 50003 443\r\n")]
    [InlineData("PROXY TCP6 2001:db8:::9 ::1 50003 443\r\n")]
    [InlineData("PROXY UDP4 203.0.113.9 198.51.100.2 50003 443\r\n")]
    [InlineData("PROXY unknown\r\n\r\n\r\n")]
    [InlineData("PROXY \r\n\r\n\r\n\r\n")]
    [InlineData("PROXY UNKNOWNX\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\r\n\r\n\r\n\r\n")]
    [InlineData("\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03\0\0\0\0\0")]
    public async Task Refuses_what_is_none(string header) => (await ReadAsync(Latin1.Bytes(header))).Should().Be("refused");

    [Fact]
    public async Task Reads_a_line_of_107_bytes_and_no_longer_one()
    {
        string start = "PROXY UNKNOWN ";
        (await ReadAsync(Latin1.Bytes(start.PadRight(105, 'x') + "\r\n"))).Should().Be(" ");
        (await ReadAsync(Latin1.Bytes(start.PadRight(106, 'x') + "\r\n"))).Should().Be("refused");
    }

    public static TheoryData<string, byte, byte, byte[], string> Binary() => new()
    {
        { "IPv4 over TCP", 0x21, 0x11, Ipv4, "203.0.113.9:50003 198.51.100.2:443" },
        { "IPv4 over UDP, as of QUIC", 0x21, 0x12, Ipv4, "203.0.113.9:50003 198.51.100.2:443" },
        { "IPv6", 0x21, 0x21,
            [.. IPAddress.Parse("2001:db8::9").GetAddressBytes(), .. IPAddress.IPv6Loopback.GetAddressBytes(), 0xC3, 0x53, 0x01,
                0xBB], "[2001:db8::9]:50003 [::1]:443" },
        { "Unix", 0x21, 0x31, new byte[216], "unix: " },
        { "not known", 0x21, 0x00, [], " " },
        { "not known, with bytes", 0x21, 0x00, [1, 2, 3, 4, 5], " " },
        { "local", 0x20, 0x00, [], " " },
        { "local, with whatever", 0x20, 0x11, Ipv4, " " },
        { "local, of an unknown family", 0x20, 0xFF, [1, 2, 3], " " },
        { "an extension", 0x21, 0x11, [.. Ipv4, 0x02, 0, 3, 1, 2, 3], "203.0.113.9:50003 198.51.100.2:443" },
        { "extensions, one empty", 0x21, 0x11, [.. Ipv4, 0x04, 0, 0, 0xEA, 0, 1, 9], "203.0.113.9:50003 198.51.100.2:443" },
        { "as long as can be", 0x21, 0x11, [.. Ipv4, 0x04, 0x0F, 0xE1, .. new byte[4065]], "203.0.113.9:50003 198.51.100.2:443" },
        { "longer", 0x21, 0x11, [.. Ipv4, 0x04, 0x0F, 0xE2, .. new byte[4066]], "refused" },
        { "version 1 in binary", 0x11, 0x11, Ipv4, "refused" },
        { "version 3", 0x31, 0x11, Ipv4, "refused" },
        { "an unknown command", 0x22, 0x11, Ipv4, "refused" },
        { "an unknown family", 0x21, 0x41, Ipv4, "refused" },
        { "an unknown protocol", 0x21, 0x13, Ipv4, "refused" },
        { "a family without a protocol", 0x21, 0x10, Ipv4, "refused" },
        { "a protocol without a family", 0x21, 0x01, Ipv4, "refused" },
        { "too short for IPv4", 0x21, 0x11, Ipv4[..11], "refused" },
        { "too short for IPv6", 0x21, 0x21, Ipv4, "refused" },
        { "too short for Unix", 0x21, 0x31, new byte[215], "refused" },
        { "half an extension", 0x21, 0x11, [.. Ipv4, 0x04, 0], "refused" },
        { "an extension that ends outside", 0x21, 0x11, [.. Ipv4, 0x04, 0, 4, 1, 2, 3], "refused" },
        { "a wrong checksum", 0x21, 0x11, [.. Ipv4, 0x03, 0, 4, 1, 2, 3, 4], "refused" },
        { "a checksum of another length", 0x21, 0x11, [.. Ipv4, 0x03, 0, 2, 1, 2], "refused" },
    };

    [Theory]
    [MemberData(nameof(Binary))]
    public async Task Reads_headers_of_version_2_and_refuses_what_is_none(
        string what, byte command, byte family, byte[] rest, string expected) =>
        (await ReadAsync(Header(command, family, rest))).Should().Be(expected, what);

    [Fact]
    public async Task Looks_at_a_checksum()
    {
        byte[] header = Header(0x21, 0x11, [.. Ipv4, 0x03, 0, 4, 0, 0, 0, 0]);
        uint sum = header.Aggregate(uint.MaxValue, BitOperations.Crc32C);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(header.Length - 4), ~sum);

        (await ReadAsync(header)).Should().StartWith("203.0.113.9:50003");
    }

    [Fact]
    public async Task Believes_only_who_is_listed_also_where_IPv4_comes_as_IPv6()
    {
        byte[] header = Header(0x21, 0x11, Ipv4);
        foreach ((string peer, bool isBelieved) in ((string, bool)[])[
            ("10.0.0.1:1", true), ("[::ffff:10.0.0.7]:1", true), ("10.0.1.1:1", false), ("[::1]:1", false)])
            (await ReadAsync(header, IPEndPoint.Parse(peer))).Should().Be(
                isBelieved ? "203.0.113.9:50003 198.51.100.2:443" : "refused", peer);
        (await ReadAsync(header, new UnixPeerEndPoint())).Should().StartWith("203.0.113.9");
    }

    [Fact]
    public async Task Reads_mutated_headers_as_a_plain_reader_does()
    {
        Random random = new(18);
        byte[][] seeds =
        [
            Latin1.Bytes("PROXY TCP4 203.0.113.9 198.51.100.2 50003 443\r\n"),
            Latin1.Bytes("PROXY TCP6 2001:db8::9 ::1 50003 443\r\n"), Latin1.Bytes("PROXY UNKNOWN\r\n"),
            Header(0x21, 0x11, [.. Ipv4, 0x02, 0, 3, 1, 2, 3, 0x04, 0, 0]), Header(0x21, 0x31, new byte[216]),
            Header(0x20, 0, []),
        ];
        int good = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] header = [.. seeds[random.Next(seeds.Length)]];
            for (int changes = random.Next(4); changes > 0; changes--) Mutate(ref header, random);
            string expected = Plain(header);
            string actual = await ReadAsync(header, Peer, Behind);
            if (expected != "refused") good++;
            actual.Should().Be(expected, Latin1.Text(header));
        }

        good.Should().BeGreaterThan(2_000);
    }

    private static void Mutate(ref byte[] header, Random random)
    {
        int at = random.Next(header.Length);
        byte value = random.Next(3) switch
        {
            0 => (byte)random.Next(256),
            1 =>
            (byte)"0123456789.: \r\nabcf"[random.Next(18)],
            _ => (byte)(header[at] ^ (1 << random.Next(8)))
        };
        switch (random.Next(4))
        {
            case 0: header = [.. header[..at], .. header[(at + 1)..]]; break;
            case 1: header = [.. header[..at], value, .. header[at..]]; break;
            case 2: header[at] = value; break;
            default: header = [.. header[..at], .. header[random.Next(header.Length)..]]; break;
        }

        if (header.Length == 0) header = [value];
    }

    // By other means: a regular expression for lines, and slices for the rest. What is behind the header is not its part.
    private static string Plain(byte[] header)
    {
        byte[] all = [.. header, .. Latin1.Bytes(Behind)];
        string text = Latin1.Text(all);
        if (text.StartsWith("\r\n\r\n\0\r\nQUIT\n", StringComparison.Ordinal))
        {
            if (all.Length < 16) return "refused";
            int length = (all[14] << 8) | all[15];
            if (all[12] is not (0x20 or 0x21) || length > 4080 || all.Length < 16 + length) return "refused";
            byte[] rest = all[16..(16 + length)];
            if (all[12] == 0x20 || all[13] == 0) return $" |{all.Length - 16 - length}";
            int size = all[13] switch { 0x11 or 0x12 => 12, 0x21 or 0x22 => 36, 0x31 or 0x32 => 216, _ => int.MaxValue };
            if (size > length) return "refused";
            for (int at = size; at < length;)
            {
                if (at + 3 > length || rest[at] == 3) return "refused";
                at += 3 + (rest[at + 1] << 8) + rest[at + 2];
                if (at > length) return "refused";
            }

            int half = size == 12 ? 4 : 16;
            string From(int address, int port) =>
                $"{new IPEndPoint(new IPAddress(rest[address..(address + half)]), (rest[port] << 8) | rest[port + 1])}";
            return (size == 216 ? "unix: " : $"{From(0, size - 4)} {From(half, size - 2)}") + $"|{all.Length - 16 - length}";
        }

        const string Number = "(?<part>0|[1-9][0-9]{0,4})";
        const string Octet = "(0|[1-9][0-9]{0,2})";
        const string Four = $@"(?<part>{Octet}\.{Octet}\.{Octet}\.{Octet})";
        const string Six = "(?<part>[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)";
        const string Line =
            $@"^PROXY (UNKNOWN( [^\r\n]*)?|TCP4 {Four} {Four} {Number} {Number}|TCP6 {Six} {Six} {Number} {Number})\r\n";
        Match line = Regex.Match(text, Line, RegexOptions.Singleline | RegexOptions.ExplicitCapture);
        if (!line.Success || line.Length > 107) return "refused";
        string[] parts = [.. line.Groups["part"].Captures.Select(part => part.Value)];
        string result = " ";
        if (parts.Length == 4)
        {
            int from = int.Parse(parts[2], CultureInfo.InvariantCulture), to = int.Parse(parts[3], CultureInfo.InvariantCulture);
            bool isValid = IPAddress.TryParse(parts[0], out IPAddress? a) & IPAddress.TryParse(parts[1], out IPAddress? b);
            if (!isValid || from > 65535 || to > 65535) return "refused";
            result = $"{new IPEndPoint(a!, from)} {new IPEndPoint(b!, to)}";
        }

        return $"{result}|{text.Length - line.Length}";
    }

    private static byte[] Header(byte command, byte family, byte[] rest) =>
        [.. "\r\n\r\n\0\r\nQUIT\n"u8, command, family, (byte)(rest.Length >> 8), (byte)rest.Length, .. rest];

    private static async Task<string> ReadAsync(byte[] header, EndPoint? peer = null)
    {
        string result = await ReadAsync(header, peer ?? Peer, Behind);
        if (result == "refused") return result;
        result.Should().EndWith($"|{Behind.Length}", "nothing behind a header is read");
        return result[..result.IndexOf('|', StringComparison.Ordinal)];
    }

    // Whole and byte by byte: what it says, and how much is left.
    private static async Task<string> ReadAsync(byte[] header, EndPoint peer, string behind)
    {
        string whole = await ReadAsync(new MemoryStream([.. header, .. Latin1.Bytes(behind)]), peer);
        (await ReadAsync(new Drip([.. header, .. Latin1.Bytes(behind)]), peer)).Should().Be(whole);
        return whole;
    }

    private static async Task<string> ReadAsync(MemoryStream stream, EndPoint peer)
    {
        ProxyPreface preface = new(
            new ProxyRules([IPNetwork.Parse("10.0.0.0/24")], "here", TimeProvider.System, new ServerLog(NullLogger.Instance)));
        try
        {
            await preface.ReadAsync(stream, peer, CancellationToken.None);
        }
        catch (IOException)
        {
            preface.Source.Should().BeNull();
            return "refused";
        }

        preface.Proxy.Should().Be(preface.Source is null ? null : peer);
        return $"{preface.Source} {preface.Destination}|{stream.Length - stream.Position}";
    }

    private sealed class Drip(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
