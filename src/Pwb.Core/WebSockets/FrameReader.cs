using System.Buffers.Binary;

namespace Pwb.WebSockets;

/// <summary>
/// Follows the frames of a client (RFC 6455 §5.2) as their bytes pass to the runtime's WebSocket, and finds faults that the
/// runtime accepts: a frame without a mask, for which it would wait for ever if it is short, and a text that ends in the middle
/// of a character. It also sees the client's close frame.
/// </summary>
internal sealed class FrameReader
{
    private const int NoFault = 0, ProtocolError = 1002, InvalidPayload = 1007;
    private const int Continuation = 0, Text = 1, Close = 8;
    private const int CompressedBit = 0x40; // RFC 7692 §6; the runtime refuses it where it was not agreed upon
    private const int MaxHeaderLength = 14;

    private readonly byte[] _header = new byte[MaxHeaderLength];
    private int _headerLength;
    private long _remaining; // of the frame's payload
    private uint _key;
    private int _keyOffset;
    private bool _isText; // the message that is under way
    private uint _tail; // its last bytes, the last of all lowest

    /// <summary>Whether the client's close frame has passed.</summary>
    public bool HasSeenClose { get; private set; }

    /// <summary>The close code for the client's fault; 0 without one.</summary>
    public int Fault { get; private set; }

    private int Opcode => _header[0] & 0x0F;

    private bool IsControl => (_header[0] & 0x08) != 0;

    /// <summary>Looks at bytes that have arrived.</summary>
    /// <returns>The number of bytes that may pass: all, or those before the faulty frame.</returns>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        int frameStart = 0;
        for (int at = 0; at < bytes.Length && Fault == NoFault;)
        {
            if (_headerLength == 0) frameStart = at;
            if (!IsHeaderWhole)
            {
                _header[_headerLength++] = bytes[at++];
                if (_headerLength == 2 && (_header[1] & 0x80) == 0) Fault = ProtocolError; // RFC 6455 §5.1
                if (Fault == NoFault && IsHeaderWhole) BeginPayload();
            }
            else
            {
                int count = (int)Math.Min(_remaining, bytes.Length - at);
                if (_isText && !IsControl) KeepTail(bytes.Slice(at, count));
                _remaining -= count;
                at += count;
            }

            if (Fault == NoFault && IsHeaderWhole && _remaining == 0) EndFrame();
        }

        return Fault == NoFault ? bytes.Length : frameStart;
    }

    private bool IsHeaderWhole => _headerLength >= 2 && _headerLength == 2 + ExtendedLength + sizeof(uint);

    private int ExtendedLength => (_header[1] & 0x7F) switch
    {
        126 => sizeof(ushort),
        127 => sizeof(ulong),
        _ => 0,
    };

    private void BeginPayload()
    {
        _remaining = ExtendedLength switch
        {
            0 => _header[1] & 0x7F,
            sizeof(ushort) => BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2)),
            _ => BinaryPrimitives.ReadInt64BigEndian(_header.AsSpan(2)),
        };
        if (_remaining < 0) Fault = ProtocolError; // RFC 6455 §5.2: the most significant bit must be 0
        if (IsControl && (_header[0] & CompressedBit) != 0) Fault = ProtocolError; // RFC 7692 §6.1
        _key = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(2 + ExtendedLength));
        _keyOffset = 0;
        if (IsControl || Opcode == Continuation) return;

        _isText = Opcode == Text && (_header[0] & CompressedBit) == 0;
        _tail = 0;
    }

    private void EndFrame()
    {
        _headerLength = 0;
        HasSeenClose |= Opcode == Close;
        bool isFinal = (_header[0] & 0x80) != 0;
        if (!IsControl && isFinal && _isText && IsCutShort(_tail)) Fault = InvalidPayload; // RFC 6455 §8.1
    }

    private void KeepTail(ReadOnlySpan<byte> payload)
    {
        // No character has more than four bytes, and the last byte of a whole one says so.
        int start = Math.Max(0, payload.Length - sizeof(uint));
        for (int at = start; at < payload.Length; at++)
        {
            uint mask = _key >> (24 - (8 * ((_keyOffset + at) & 3)));
            _tail = (_tail << 8) | (byte)(payload[at] ^ mask);
        }

        _keyOffset = (_keyOffset + payload.Length) & 3;
    }

    // Everything else that is no UTF-8 the runtime finds itself.
    private static bool IsCutShort(uint tail)
    {
        for (int length = 1; length <= 3; length++, tail >>= 8)
        {
            byte last = (byte)tail;
            if ((last & 0xC0) == 0x80) continue;
            int expected = last >= 0xF0 ? 4 : last >= 0xE0 ? 3 : last >= 0xC0 ? 2 : 1;
            return length < expected;
        }

        return false;
    }
}
