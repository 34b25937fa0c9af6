using System.Buffers.Binary;
using System.Text;
using Pwb.Fuzz.Running;

namespace Pwb.Fuzz.Records;

/// <summary>
/// What lies below a client's TLS session: it finds the records in what the session writes, changes one of them, and cuts
/// all into pieces wherever it likes. Reads pass.
/// </summary>
/// <param name="below">The client's end of the connection.</param>
/// <param name="change">What becomes of the record.</param>
/// <param name="number">Which record that is, counted from 0.</param>
/// <param name="random">Where it is changed, and cut.</param>
internal sealed class RecordStream(MemoryEnd below, RecordChange change, int number, FuzzRandom random) : AsyncStream
{
    private const int HeaderLength = 5;
    private const byte ChangeCipherSpec = 20, Alert = 21, Handshake = 22, ApplicationData = 23;

    private readonly int _pieces = random.Below(4); // 0: whole, 1: byte by byte, else at random
    private readonly List<byte> _pending = [];
    private byte[] _hello = [];
    private byte[]? _held;
    private int _count;
    private bool _isOver;

    /// <summary>
    /// Whether the session is not agreed upon. Its two sides wait for each other then, so FIN follows what is changed.
    /// </summary>
    public bool IsHandshaking { get; set; } = true;

    /// <summary>Whether the change has taken place: there was such a record.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Sends what is left, and FIN or a reset.</summary>
    public async Task EndAsync(bool reset)
    {
        if (_held is { } held) await SendAsync(held);
        if (reset) below.Reset();
        else below.EndSending();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _pending.AddRange(buffer.Span);
        while (!_isOver && TryTakeRecord(out byte[] record))
        {
            if (_count == 0) _hello = record;
            bool isIt = _count++ == number;
            if (isIt && change != RecordChange.Nothing) await ChangeAsync(record);
            else await SendAsync(record);

            if (isIt || _held is not { } held) continue;
            _held = null;
            await SendAsync(held);
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        below.ReadAsync(buffer, cancellationToken);

    private bool TryTakeRecord(out byte[] record)
    {
        record = [];
        if (_pending.Count < HeaderLength) return false;
        int length = HeaderLength + (_pending[3] << 8) + _pending[4];
        if (_pending.Count < length) return false;

        record = [.. _pending[..length]];
        _pending.RemoveRange(0, length);
        return true;
    }

    private async Task ChangeAsync(byte[] record)
    {
        HasChanged = true;
        switch (change)
        {
            case RecordChange.Split:
                await SplitAsync(record);
                return;
            case RecordChange.FlipBit when record.Length > HeaderLength:
                record[random.Below(record.Length - HeaderLength) + HeaderLength] ^= (byte)(1 << random.Below(8));
                await SendAsync(record);
                break;
            case RecordChange.ChangeHeader or RecordChange.FlipBit:
                record[random.Below(HeaderLength)] ^= (byte)(1 + random.Below(255));
                await SendAsync(record);
                break;
            case RecordChange.Drop:
                break;
            case RecordChange.Repeat:
                await SendAsync([.. record, .. record]);
                break;
            case RecordChange.Swap:
                _held = record;
                break;
            case RecordChange.Garbage:
                byte[] garbage = new byte[1 + random.Below(100)];
                for (int i = 0; i < garbage.Length; i++) garbage[i] = random.NextByte();
                await SendAsync([.. garbage, .. record]);
                break;
            case RecordChange.PlainRequest:
                await SendAsync([.. Encoding.ASCII.GetBytes("GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n"), .. record]);
                break;
            case RecordChange.PlainAlert:
                await SendAsync(
                    [Alert, 3, 3, 0, 2, (byte)(1 + random.Below(2)), (byte)random.Pick([0, 10, 20, 40, 90, 100]), .. record]);
                break;
            case RecordChange.Hello:
                await SendAsync([.. _hello, .. record]);
                break;
            case RecordChange.Empty:
                byte type = (byte)random.Pick([ChangeCipherSpec, Alert, Handshake, ApplicationData]);
                await SendAsync([type, 3, 3, 0, 0, .. record]);
                break;
            default:
                await SendAsync(record[..random.Below(record.Length)]);
                await EndAsync(change == RecordChange.Reset);
                _isOver = true;
                return;
        }

        if (!IsHandshaking) return;
        await EndAsync(reset: false);
        _isOver = true;
    }

    // A record of the handshake that is not encrypted can come as several; all others stay as they are.
    private async Task SplitAsync(byte[] record)
    {
        if (record[0] != Handshake || _count > 1)
        {
            await SendAsync(record);
            return;
        }

        List<byte> records = [];
        for (int position = HeaderLength; position < record.Length;)
        {
            int length = Math.Min(record.Length - position, 1 + random.Below(200));
            records.AddRange(record[..3]);
            byte[] size = new byte[2];
            BinaryPrimitives.WriteUInt16BigEndian(size, (ushort)length);
            records.AddRange(size);
            records.AddRange(record[position..(position + length)]);
            position += length;
        }

        await SendAsync([.. records]);
    }

    private async Task SendAsync(byte[] bytes)
    {
        for (int position = 0; position < bytes.Length;)
        {
            int rest = bytes.Length - position;
            int length = _pieces switch
            {
                0 => rest,
                1 => Math.Min(rest, 1 + (rest / 400)), // of long ones not quite
                _ => Math.Min(rest, 1 + random.Below(1 + (rest / _pieces))),
            };
            await below.WriteAsync(bytes.AsMemory(position, length));
            position += length;
        }
    }
}
