using System.Buffers.Binary;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.WebSockets;

/// <summary>Frames of RFC 6455 §5.2, byte by byte, as a client sends them.</summary>
internal static class Frames
{
    public const string Ask = "GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private static readonly byte[] Key = [0xA1, 0x02, 0x7F, 0xE0];

    public static byte[] Text(string latin1, bool isFinal = true) => Masked(1, Latin1.Bytes(latin1), isFinal);

    public static byte[] Continuation(string latin1, bool isFinal = true) => Masked(0, Latin1.Bytes(latin1), isFinal);

    public static byte[] Close(int code) => Masked(8, [(byte)(code >> 8), (byte)code]);

    public static byte[] Masked(int opcode, byte[] payload, bool isFinal = true)
    {
        byte[] masked = [.. payload];
        for (int at = 0; at < masked.Length; at++) masked[at] ^= Key[at & 3];
        return [.. Header(opcode, payload.Length, isFinal, mask: 0x80), .. Key, .. masked];
    }

    public static byte[] Unmasked(int opcode, byte[] payload, bool isFinal = true) =>
        [.. Header(opcode, payload.Length, isFinal, mask: 0), .. payload];

    private static byte[] Header(int opcode, int length, bool isFinal, int mask)
    {
        byte first = (byte)(opcode | (isFinal ? 0x80 : 0));
        if (length < 126) return [first, (byte)(mask | length)];

        byte[] extended = new byte[length <= ushort.MaxValue ? 2 : 8];
        if (extended.Length == 2) BinaryPrimitives.WriteUInt16BigEndian(extended, (ushort)length);
        else BinaryPrimitives.WriteInt64BigEndian(extended, length);
        return [first, (byte)(mask | (extended.Length == 2 ? 126 : 127)), .. extended];
    }
}
