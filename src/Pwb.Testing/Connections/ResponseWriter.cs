using System.Globalization;
using System.Text;

namespace Pwb.Testing.Connections;

/// <summary>Lets the bytes of responses pass, and does to them what their faults say.</summary>
/// <param name="send">Sends bytes to the client.</param>
/// <param name="wire">The connection.</param>
/// <param name="time">The clock of slow responses.</param>
internal sealed class ResponseWriter(
    Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> send, Wire wire, TimeProvider time)
{
    private const string LengthField = "\r\nContent-Length: ";

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1); // timers know no less

    private readonly List<byte> _head = [];
    private ResponseFault _fault = ResponseFault.None;
    private bool _isInHead;
    private long _began;
    private long _sent;
    private long? _length;

    /// <summary>Assigns the following writes to a response, or to none.</summary>
    /// <param name="fault">The fault of the response.</param>
    /// <param name="began">The time stamp from which its rate counts.</param>
    public void Begin(ResponseFault fault, long began)
    {
        _fault = fault;
        _began = began;
        _isInHead = fault != ResponseFault.None;
        _sent = 0;
        _length = null;
        _head.Clear();
    }

    /// <summary>Sends bytes that are not a response.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => send(bytes, cancellationToken);

    /// <summary>Sends some bytes of a response, as they are or not.</summary>
    /// <exception cref="IOException">The connection has been cut.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_fault == ResponseFault.None)
        {
            await send(bytes, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (_isInHead)
        {
            _head.AddRange(bytes.Span);
            byte[] all = [.. _head];
            int end = all.AsSpan().IndexOf("\r\n\r\n"u8);
            if (end < 0) return;

            _isInHead = false;
            await send(Declare(Encoding.Latin1.GetString(all, 0, end + 4)), cancellationToken).ConfigureAwait(false);
            bytes = all.AsMemory(end + 4);
        }

        await WriteContentAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteContentAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        long limit = Math.Min(_fault.CutAfter ?? long.MaxValue, _fault.StallAfter ?? long.MaxValue);
        while (true)
        {
            bool isWhole = _sent >= _length;
            if (_sent >= limit && !isWhole) await BreakOffAsync(cancellationToken).ConfigureAwait(false);
            if (isWhole && _fault.DeclaredLength > _length) wire.Close(); // the rest will never come
            if (bytes.Length == 0) return;

            int count = (int)Math.Min(bytes.Length, limit > _sent ? limit - _sent : long.MaxValue);
            if (_fault.BytesPerSecond is { } rate)
                count = await WaitForTurnAsync(count, rate, cancellationToken).ConfigureAwait(false);
            await send(bytes[..count], cancellationToken).ConfigureAwait(false);
            _sent += count;
            bytes = bytes[count..];
        }
    }

    private async Task BreakOffAsync(CancellationToken cancellationToken)
    {
        if (_sent >= _fault.StallAfter) await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        wire.Close();
        throw new IOException("The fake service has cut the connection.");
    }

    // Counted from the beginning, so that a clock that is moved by a second lets a second's bytes pass, however late it is seen.
    private async Task<int> WaitForTurnAsync(int count, int rate, CancellationToken cancellationToken)
    {
        int least = Math.Min(count, Math.Max(1, rate / 10)); // ten times a second
        TimeSpan turn = new((long)(((Int128)(_sent + least) * TimeSpan.TicksPerSecond + rate - 1) / rate));
        while (true)
        {
            TimeSpan passed = time.GetElapsedTime(_began);
            long due = (long)((Int128)passed.Ticks * rate / TimeSpan.TicksPerSecond) - _sent;
            if (due >= least) return (int)Math.Min(due, count);

            using CancellationTokenSource moved = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            TimeSpan wait = turn - passed > Tick ? turn - passed : Tick;
            Task delay = Task.Delay(wait, time, moved.Token);

            // A clock that was moved before the timer was set would have to be moved once more.
            if (time.GetElapsedTime(_began) - passed > Tick) await moved.CancelAsync().ConfigureAwait(false);
            else await delay.ConfigureAwait(false);
        }
    }

    // The true length, and the head with the false one.
    private byte[] Declare(string head)
    {
        int field = head.IndexOf(LengthField, StringComparison.OrdinalIgnoreCase);
        if (field >= 0)
        {
            int start = field + LengthField.Length, end = head.IndexOf('\r', start);
            _length = long.Parse(head.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture);
            if (_fault.DeclaredLength is { } declared)
                head = string.Create(CultureInfo.InvariantCulture, $"{head[..start]}{declared}{head[end..]}");
        }

        return Encoding.Latin1.GetBytes(head);
    }
}
