using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Pwb.Events;

/// <summary>Renders the items of one stream as WHATWG HTML §9.2.6 has them, into memory that is used again.</summary>
/// <param name="format">Writes the data of an item, as UTF-8.</param>
internal sealed class EventBuffer<T>(Action<T, IBufferWriter<byte>> format)
{
    // The memory of a large item is not kept for small ones behind it.
    private const int MaxKept = 64 * 1024;

    private ArrayBufferWriter<byte> _data = new();
    private ArrayBufferWriter<byte> _text = new();

    /// <summary>The lines of an item. Valid until the next.</summary>
    /// <exception cref="InvalidOperationException">Its id holds a NUL, for which clients ignore it.</exception>
    public ReadOnlyMemory<byte> Render(in SseItem<T> item)
    {
        if (_data.Capacity > MaxKept) _data = new ArrayBufferWriter<byte>();
        if (_text.Capacity > MaxKept) _text = new ArrayBufferWriter<byte>();
        _data.ResetWrittenCount();
        _text.ResetWrittenCount();
        format(item.Data, _data);

        // An item of the default type has no event field.
        if (!string.Equals(item.EventType, SseParser.EventTypeDefault, StringComparison.Ordinal))
            AppendField("event: "u8, item.EventType);
        AppendData(_data.WrittenSpan);
        if (item.EventId is { } id)
        {
            if (id.Contains('\0', StringComparison.Ordinal))
                throw new InvalidOperationException("The id of an event holds a NUL.");
            AppendField("id: "u8, id);
        }

        if (item.ReconnectionInterval is { } interval) AppendRetry((long)interval.TotalMilliseconds);
        _text.Write("\n"u8);
        return _text.WrittenMemory;
    }

    // Types and ids have no line breaks: SseItem refuses them.
    private void AppendField(ReadOnlySpan<byte> name, string value)
    {
        _text.Write(name);
        Encoding.UTF8.GetBytes(value, _text);
        _text.Write("\n"u8);
    }

    // CR, LF and CRLF each end a line for a reader of the stream, so a new data line begins behind each.
    private void AppendData(ReadOnlySpan<byte> data)
    {
        while (true)
        {
            int end = data.IndexOfAny((byte)'\r', (byte)'\n');
            _text.Write("data: "u8);
            _text.Write(end < 0 ? data : data[..end]);
            _text.Write("\n"u8);
            if (end < 0) return;
            data = data[(end + (data[end..].StartsWith("\r\n"u8) ? 2 : 1))..];
        }
    }

    private void AppendRetry(long milliseconds)
    {
        _text.Write("retry: "u8);
        Utf8Formatter.TryFormat(milliseconds, _text.GetSpan(20), out int digits);
        _text.Advance(digits);
        _text.Write("\n"u8);
    }
}
